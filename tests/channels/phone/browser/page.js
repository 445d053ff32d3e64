// The softphone as an agent's desktop would use it; what the hub tells is given by the test, one answer after the other.
import JsSIP from "jssip";
import { Softphone } from "./softphone.js";

window.begin = (answers) => {
  const next = async () => (answers.length > 1 ? answers.shift() : answers[0]);
  window.phone = new Softphone(next, document.querySelector("audio"));
  window.reasons = [];
  window.phone.addEventListener("change", () => window.reasons.push(window.phone.reason));
  return window.phone.start();
};

// Why a call that somebody with the password would make does not come about; empty: it rings.
window.callOut = ({ url, uri, user, password }, number) =>
  new Promise((resolve) => {
    const sockets = [new JsSIP.WebSocketInterface(url)];
    const agent = new JsSIP.UA({ sockets, uri, password, authorization_user: user, register: false });
    agent.on("connected", () => {
      const session = agent.call(number, { mediaConstraints: { audio: true, video: false } });
      session.on("progress", () => resolve(""));
      session.on("failed", ({ cause }) => resolve(cause));
    });
    agent.start();
  });
