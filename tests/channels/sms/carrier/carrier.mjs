// A message centre that does as it is told: one JSON line in, one out, each with its number.
import { createInterface } from "node:readline";
import smpp from "smpp";

const submits = [];
const answers = [];
let ids = "plain";
let next = 1000;
let password = "secret";
let mute = false;
let links = 0;
const bound = new Set();

function named() {
  next += 1;
  if (ids === "hex") return next.toString(16).toUpperCase().padStart(8, "0");
  return String(next);
}

const server = smpp.createServer({}, (session) => {
  session.on("error", () => session.destroy());
  links += 1;
  session.waiting = new Set();
  session.on("close", () => {
    bound.delete(session);
    for (const done of [...session.waiting]) done("none");
  });
  session.on("bind_transceiver", (pdu) => {
    if (pdu.password !== password) {
      session.send(pdu.response({ command_status: smpp.ESME_RINVPASWD }));
      session.close();
      return;
    }
    session.send(pdu.response({ system_id: "carrier" }));
    session.system_id = pdu.system_id;
    bound.add(session);
  });
  session.on("enquire_link", (pdu) => mute || session.send(pdu.response()));
  session.on("unbind", (pdu) => {
    session.send(pdu.response());
    session.close();
  });
  session.on("submit_sm", (pdu) => {
    const how = answers.shift() ?? "ok";
    if (typeof how === "number") {
      session.send(pdu.response({ command_status: how }));
      return;
    }
    const id = named();
    const message = pdu.short_message;
    const udh = message.udh ? Buffer.concat([].concat(message.udh)).toString("hex") : "";
    submits.push({
      from: pdu.source_addr, to: pdu.destination_addr, text: message.message.toString(), udh, id,
      data_coding: pdu.data_coding, at: Date.now(), receipt: pdu.registered_delivery, line: session.system_id,
      number: Number(id) || next,
    });
    if (how === "lost") session.destroy();
    else if (how === "silent") return;
    else session.send(pdu.response({ message_id: id }));
  });
});

function deliver(told) {
  const session = [...bound].find((one) => !told.line || one.system_id === told.line);
  if (!session) return Promise.resolve("none");
  const pdu = { source_addr: told.from, destination_addr: told.to, source_addr_ton: 1, esm_class: told.esm_class ?? 0 };
  if (told.hex !== undefined) pdu.short_message = Buffer.from(told.hex, "hex");
  else pdu.short_message = told.text;
  if (told.data_coding !== undefined) pdu.data_coding = told.data_coding;
  if (told.numbered) pdu.receipted_message_id = told.numbered;
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve("none"), told.seconds * 1000);
    const done = (what) => {
      clearTimeout(timer);
      session.waiting.delete(done);
      resolve(what);
    };
    session.waiting.add(done);
    session.deliver_sm(pdu, (answer) => done(answer.command_status));
  });
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// As carriers do: so many at once, and again what was not taken.
async function flood(told) {
  const end = Date.now() + told.seconds * 1000;
  let [begun, accepted] = [0, 0];
  async function sender() {
    while (begun < told.count) {
      const n = begun++;
      const from = `98912${1000000 + n}`;
      for (let answer = -1; answer !== 0 && Date.now() < end; ) {
        const seconds = (end - Date.now()) / 1000;
        answer = await deliver({ ...told, numbered: `flood-${n}`, from, text: `hello ${n}`, seconds });
        if (answer === 0) accepted += 1;
        else await pause(100);
      }
    }
  }
  await Promise.all(Array.from({ length: told.window ?? 120 }, sender));
  return accepted;
}

const does = {
  deliver: async (told) => ({ answer: await deliver(told) }),
  flood: async (told) => ({ accepted: await flood(told) }),
  saw: async () => ({ submits }),
  answers: async (told) => {
    answers.push(...told.next);
    return {};
  },
  ids: async (told) => {
    ids = told.as;
    return {};
  },
  drop: async () => {
    for (const session of bound) session.destroy();
    return {};
  },
  mute: async (told) => {
    mute = told.on;
    return {};
  },
  password: async (told) => {
    password = told.word;
    return {};
  },
  links: async () => ({ links }),
  bound: async () => ({ bound: bound.size }),
};

server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => {
  console.log(JSON.stringify({ port: server.address().port }));
  createInterface({ input: process.stdin })
    .on("line", async (line) => {
      const told = JSON.parse(line);
      console.log(JSON.stringify({ n: told.n, ...(await does[told.do](told)) }));
    })
    .on("close", () => process.exit(0));
});
