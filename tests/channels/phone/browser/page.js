// The softphone as an agent's desktop would use it; the password is not fetched from the hub but given by the test.
import { Softphone } from "./softphone.js";

window.begin = (credentials) => {
  window.phone = new Softphone(async () => credentials, document.querySelector("audio"));
  return window.phone.start();
};
