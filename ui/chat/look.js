/* How it looks: its icons, and the styles of its shadow root. */
const ICONS = {
  chat: "M4 4h16a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H9l-5 4V5a1 1 0 0 1 0-1z",
  close: "M6 6l12 12M18 6L6 18", send: "M4 12l16-8-6 16-3-7z", more: "M12 6h.01M12 12h.01M12 18h.01",
  clip: "M8 12.5l6-6a3 3 0 0 1 4.2 4.2l-8 8a5 5 0 0 1-7-7l7.5-7.5", file: "M7 3h7l4 4v14H7zM14 3v4h4",
};
const CSS = `
:host{all:initial!important}
*{box-sizing:border-box}
[hidden]{display:none!important}
.talk{display:contents}
.root{--accent:#0b57d0;--on:#fff;--my:#fff;--bg:#fff;--soft:#f1f4f9;--line:#d7dde6;--text:#1b2430;--dim:#566273;--mine:#0b57d0;--bad:#b3261e;--focus:#0b57d0;
  font:400 15px/1.5 system-ui,"Vazirmatn","Segoe UI",Roboto,"Noto Sans","Noto Sans Arabic",Tahoma,sans-serif;color:var(--text);color-scheme:light;position:fixed;z-index:2147483000;inset-block-end:20px;inset-inline-end:20px}
.dark{color-scheme:dark;--accent:#a8c7fa;--on:#0a2a5e;--bg:#171b21;--soft:#242a33;--line:#3a4350;--text:#e6eaf0;--dim:#a9b4c2;--mine:#1f4e99;--my:#fff;--bad:#f2b8b5;--focus:#a8c7fa}
button,input,textarea{font:inherit;color:inherit}
button{cursor:pointer;border:0;background:none;border-radius:8px}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
svg{width:22px;height:22px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round;display:block}
.launch{width:58px;height:58px;border-radius:50%;background:var(--accent);color:var(--on);display:grid;place-items:center;box-shadow:0 6px 20px rgba(10,20,40,.28);position:relative;margin-inline-start:auto;transition:transform .15s}
.launch:hover{transform:scale(1.05)}
.launch svg{width:27px;height:27px}
.badge{position:absolute;top:-3px;inset-inline-end:-3px;min-width:22px;height:22px;padding:0 6px;border-radius:11px;background:#b3261e;color:#fff;font-size:12px;line-height:22px;text-align:center;font-weight:600}
.panel{width:380px;height:min(620px,calc(100vh - 40px));height:min(620px,calc(100dvh - 40px));background:var(--bg);border:1px solid var(--line);border-radius:16px;box-shadow:0 16px 48px rgba(10,20,40,.3);display:flex;flex-direction:column;overflow:hidden}
header{display:flex;align-items:center;gap:4px;padding:12px 16px;background:var(--accent);color:var(--on);position:relative}
.who{flex:1;min-width:0}
h2{font-size:16px;font-weight:600;line-height:1.35;margin:0;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.sub{font-size:13px;margin:0;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
header button{width:36px;height:36px;display:grid;place-items:center;flex:none}
header button:hover{background:rgba(127,127,127,.25)}
header :focus-visible{outline-color:var(--on)}
.menu{position:absolute;top:calc(100% - 6px);inset-inline-end:12px;background:var(--bg);color:var(--text);border:1px solid var(--line);border-radius:10px;box-shadow:0 8px 24px rgba(10,20,40,.25);padding:4px;z-index:2;display:flex;flex-direction:column;min-width:190px}
.menu button{width:auto;height:auto;display:block;padding:9px 12px;text-align:start;font-size:14px}
.menu button:hover{background:var(--soft)}
.menu :focus-visible{outline-color:var(--focus);outline-offset:-2px}
.bar{padding:8px 16px;background:var(--soft);border-bottom:1px solid var(--line);font-size:13.5px;color:var(--text);display:flex;gap:8px;align-items:center;flex-wrap:wrap}
.bar a,.link{color:inherit;text-decoration:underline;font-size:inherit;padding:0}
.log{flex:1;overflow-y:auto;padding:16px;display:flex;flex-direction:column;gap:4px;overscroll-behavior:contain}
.log::before{content:"";margin-top:auto}
.m{max-width:82%;padding:8px 12px;border-radius:16px;overflow-wrap:anywhere;white-space:pre-wrap}
.m a{color:inherit}
.agent{align-self:flex-start;background:var(--soft);border-end-start-radius:5px}
.visitor{align-self:flex-end;background:var(--mine);color:var(--my);border-end-end-radius:5px}
.name{font-size:12.5px;color:var(--dim);margin:8px 4px 0;align-self:flex-start}
.meta{font-size:12px;color:var(--dim);margin:0 4px 6px;align-self:flex-end}
.agent+.meta{align-self:flex-start}
.meta.bad{color:var(--bad)}
.waits{opacity:.75}
.day{align-self:center;font-size:12px;color:var(--dim);margin:8px 0}
.pic{display:block;max-width:100%;max-height:220px;border-radius:10px;margin-top:4px}
.doc{display:flex;gap:8px;align-items:center;text-decoration:underline;padding:4px 0;color:inherit;text-align:start}
.dots{align-self:flex-start;background:var(--soft);border-radius:16px;padding:12px 14px;display:flex;gap:4px}
.dots i{width:7px;height:7px;border-radius:50%;background:var(--dim);animation:b 1.2s infinite}
.dots i:nth-child(2){animation-delay:.15s}.dots i:nth-child(3){animation-delay:.3s}
@keyframes b{0%,60%,100%{transform:none;opacity:.5}30%{transform:translateY(-4px);opacity:1}}
@media (prefers-reduced-motion:reduce){.dots i,.launch{animation:none;transition:none}}
.panel [aria-invalid]{border-color:var(--bad)}
.chips{display:flex;gap:6px;flex-wrap:wrap;padding:8px 12px 0}
.chip{display:flex;align-items:center;gap:4px;background:var(--soft);border:1px solid var(--line);border-radius:8px;padding:2px 4px 2px 8px;font-size:13px;max-width:100%}
.chip span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.chip button{width:24px;height:24px;display:grid;place-items:center}.chip svg{width:14px;height:14px}
.write{display:flex;align-items:flex-end;gap:4px;padding:10px 12px;border-top:1px solid var(--line)}
[aria-busy=true]{opacity:.6}
.write>button{width:42px;height:42px;display:grid;place-items:center;color:var(--dim);flex:none}
.write>button:hover{background:var(--soft)}
.more svg{stroke-width:3.5}
.write .go{background:var(--accent);color:var(--on);border-radius:50%}
.write .go:hover{background:var(--accent);filter:brightness(1.1)}
[dir=rtl] .go svg{transform:scaleX(-1)}
textarea,input:not([type=checkbox]):not([type=file]){width:100%;background:var(--bg);border:1px solid #7b8794;border-radius:12px;padding:9px 12px;margin:0}
textarea:focus-visible,input:focus-visible{outline-offset:-1px}
textarea{resize:none;max-height:130px;display:block}
::placeholder{color:var(--dim);opacity:1}
form.f{flex:1;overflow-y:auto;padding:20px 18px;display:flex;flex-direction:column;gap:14px}
.f h3{font-size:17px;font-weight:600;margin:0}
.f p{margin:0;color:var(--dim)}
.f p:first-child{font-weight:600;color:var(--text)}
.f label{display:block;font-size:14px;font-weight:500}
.f label input,.f label textarea{margin-top:4px;font-weight:400}
.f .check{display:flex;gap:10px;align-items:flex-start;font-weight:400}
.f .check input{margin:4px 0 0;width:18px;height:18px;flex:none;accent-color:var(--accent)}
.f .err{color:var(--bad)}
.main{background:var(--accent);color:var(--on);padding:10px 16px;border-radius:12px;font-weight:600}
.hide{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:480px){.root.open{inset:0}.panel{width:100%;height:100vh;height:100dvh;border:0;border-radius:0}textarea,input{font-size:16px!important}}
@media (forced-colors:active){.m,.launch,.main,.dots,.badge,.write .go{border:1px solid}header{border-bottom:1px solid}.dots i{background:CanvasText}}`;
