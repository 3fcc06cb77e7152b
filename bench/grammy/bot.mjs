// The dialog of the benchmark on grammY, as its documentation shows it: the
// runner with updates of one chat in order, and sessions in SQLite, read and
// written around each update.
import { createServer } from "node:http";
import { run, sequentialize } from "@grammyjs/runner";
import Database from "better-sqlite3";
import { Bot, webhookCallback } from "grammy";

const env = process.env;
const db = new Database(env.BENCH_DATABASE);
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL"); // on disk before the reply, as every bot here
db.exec("create table if not exists sessions (key text primary key, value text) without rowid");
const select = db.prepare("select value from sessions where key = ?");
const upsert = db.prepare("insert into sessions values (?, ?) on conflict (key) do update set value = excluded.value");
const remove = db.prepare("delete from sessions where key = ?");
const storage = {
  read: (key) => { const row = select.get(key); return row && JSON.parse(row.value); },
  write: (key, value) => { upsert.run(key, JSON.stringify(value)); },
  delete: (key) => { remove.run(key); },
};

const bot = new Bot(env.BENCH_TOKEN, { client: { apiRoot: env.BENCH_API } });
bot.catch((err) => console.error("grammy:", err.message));
bot.use(sequentialize((ctx) => ctx.chat?.id.toString()));
bot.on("message:text", async (ctx) => {
  const key = ctx.chat.id.toString();
  const [state, reply] = next(storage.read(key) ?? { step: 0 }, ctx.message.text);
  storage.write(key, state);
  await ctx.reply(reply);
});

function next(s, text) {
  if (text === "/start") return [{ step: 1 }, "1. Здравствуйте! Как к вам обращаться?"];
  switch (s.step) {
    case 1: return [{ ...s, step: 2, name: text }, `2. ${text}, куда прислать чек?`];
    case 2: return text.includes("@") ? [{ ...s, step: 3, email: text }, `3. Чек придёт на ${text}. И телефон?`] : [s, "2! Похоже на опечатку."];
    case 3: return text.startsWith("+7") ? [{ ...s, step: 4, phone: text }, "4. Сколько мест?"] : [s, "3! Похоже на опечатку."];
    case 4: return /^\d+$/.test(text) ? [{ ...s, step: 5 }, `5. Готово: ${s.name}, ${s.email}, ${s.phone}, мест ${text}.`] : [s, "4! Нужно число."];
  }
  return [s, "0. Напишите /start."];
}

if (env.BENCH_MODE === "webhook") {
  const handle = webhookCallback(bot, "http", { secretToken: env.BENCH_SECRET });
  const [host, port] = env.BENCH_LISTEN.split(":");
  await bot.init();
  createServer((req, res) => handle(req, res).catch((err) => { console.error("grammy:", err.message); res.writeHead(500).end(); }))
    .listen(Number(port), host);
  await bot.api.setWebhook(`http://${env.BENCH_LISTEN}/telegram`, { secret_token: env.BENCH_SECRET });
} else {
  run(bot);
}
