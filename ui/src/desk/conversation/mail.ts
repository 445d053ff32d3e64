/** A mail's HTML made into the page of its frame. The hub made it safe; what it may hold is said here once more. */

const NEVER = "script,style,link,meta,base,iframe,frame,object,embed,form,input,button,textarea,select,svg,math,template,video,audio,source";
const STYLE = /\sstyle\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)/gi;
const LINK = /^(?:https?:|mailto:|tel:)/i;
const PICTURE = /^data:image\/(?:png|jpe?g|gif|webp)[;,]/i;
const CAME_ALONG = /^cid:(\d+)$/;

/** The page. `files`: where those lie that came along, the first is number 1. `look`: its style sheet. */
export function framed(html: string, files: readonly string[], look: string, theme: string): string {
  // Styles within are against the page's policy, even where a document is only read.
  const read = new DOMParser().parseFromString(html.replace(STYLE, ""), "text/html");
  for (const one of read.querySelectorAll(NEVER)) one.remove();
  for (const one of read.querySelectorAll("*")) cleaned(one, files);
  const paper = read.querySelector("[color],[bgcolor]") !== null;
  const root = `<html dir="auto" data-theme="${theme}"${paper ? " data-paper" : ""}>`;
  return `<!doctype html>${root}<head><meta charset="utf-8"><link rel="stylesheet" href="${look}"></head><body>${read.body.innerHTML}</body></html>`;
}

function cleaned(one: Element, files: readonly string[]): void {
  for (const { name } of [...one.attributes]) {
    if (name.startsWith("on") || ["style", "class", "id", "srcset", "background", "target", "ping"].includes(name)) one.removeAttribute(name);
  }
  if (one.tagName === "IMG") {
    const src = pictureOf(one.getAttribute("src") ?? "", files);
    if (src) one.setAttribute("src", src);
    else one.removeAttribute("src");
  } else one.removeAttribute("src");
  const link = one.getAttribute("href");
  if (link === null) return;
  if (!LINK.test(link.trim())) one.removeAttribute("href");
  one.setAttribute("target", "_blank");
  one.setAttribute("rel", "noopener noreferrer nofollow");
}

/** Where a picture is got; empty: nowhere, or from somebody who would learn that it was looked at. */
export function pictureOf(src: string, files: readonly string[]): string {
  const number = CAME_ALONG.exec(src)?.[1];
  if (number) return files[Number(number) - 1] ?? "";
  return PICTURE.test(src) ? src : "";
}
