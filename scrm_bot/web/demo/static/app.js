// The page's state: who is there, what each of them has said and heard, whom the visitor is now.

import * as api from "./api.js";
import { Chat, Tries } from "./chat.js";
import { $, CHANNELS, Clock, avatar, brief, make } from "./dom.js";
import { drawFeed, drawInsight, drawStories } from "./panel.js";

const TITLES = { wecom: "销售助手", dingtalk: "工作助手", wechat: "服务号" };
const PATIENCE = 250; // ms until the three dots show that somebody is at work

const state = { company: "", people: [], now: null, insight: null, clock: new Clock() };
const chat = new Chat(state, { pressed: (choice) => say({ choice: choice.says, asked: choice.asked ?? "" }, choice.says), looked: look, again: resend });
const tries = new Tries((sentence) => fill(sentence));

// -- memory of the browser: whom one was, what one has seen

function remember(name, value) {
  try {
    localStorage.setItem(`scrm-demo-${name}`, JSON.stringify(value));
  } catch {
    // private windows may forbid it: then the page forgets on reload
  }
}

function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(`scrm-demo-${name}`));
  } catch {
    return null;
  }
}

// -- people

function drawPeople() {
  const groups = [
    ["我们的人", state.people.filter((person) => person.channel !== "wechat")],
    ["客户", state.people.filter((person) => person.channel === "wechat")],
  ];
  const rows = groups.flatMap(([name, people]) => [make("li", { class: "group" }, name), ...people.map(personRow)]);
  $("people").replaceChildren(...rows);
  const unread = state.people.reduce((sum, person) => sum + person.unread, 0);
  for (const person of state.people) person.fresh = false;
  document.title = `${unread ? `(${unread}) ` : ""}${state.company} · scrm-bot 演示`;
}

function personRow(person) {
  const chosen = person === state.now;
  const badge = person.unread > 0 && make("span", { class: "badge", "aria-label": `${person.unread} 条新消息` }, String(person.unread));
  return make(
    "li",
    {},
    make(
      "button",
      { type: "button", class: `person${person.fresh ? " has-news" : ""}`, "data-key": person.key, "aria-current": chosen && "true", onclick: () => become(person) },
      make("span", { class: "face" }, avatar(person), badge),
      make(
        "span",
        { class: "who" },
        make("span", { class: "name" }, make("b", {}, person.name), make("span", { class: `platform ${person.channel}` }, CHANNELS[person.channel])),
        make("span", { class: "place" }, person.place),
        chosen && make("span", { class: "about-me" }, person.about),
      ),
      make("span", { class: "short" }, person.called),
    ),
  );
}

function personAt(channel, user) {
  return state.people.find((person) => person.channel === channel && person.user === user);
}

async function become(person) {
  if (!person) return;
  if (state.now) state.now.draft = $("say").value;
  state.now = person;
  remember("now", person.key);
  document.body.dataset.channel = person.channel;
  $("bar-title").textContent = person.channel === "wechat" ? state.company + TITLES.wechat : TITLES[person.channel];
  $("bar-sub").textContent = `${CHANNELS[person.channel]} · 你是${person.name}`;
  fill(person.draft ?? "", { focus: false });
  tries.draw(person);
  seen(person);
  drawChat();
  document.querySelector(".person[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (!matchMedia("(pointer: coarse)").matches) $("say").focus({ preventScroll: true });
  await load(person);
}

async function load(person) {
  const { bubbles } = await api.thread(person);
  const known = new Set(bubbles.map(nameOf));
  const newest = Math.max(0, ...bubbles.filter((one) => one.from === "bot").map((one) => one.id));
  const own = person.bubbles.filter((one) => !known.has(nameOf(one)) && (one.from === "me" ? one.pending || one.failed : one.id > newest));
  person.bubbles = [...bubbles, ...own];
  person.loaded = true;
  seen(person);
  if (person !== state.now) return;
  drawChat();
  tries.draw(person);
}

const nameOf = (bubble) => (bubble.from === "me" ? `me ${bubble.key}` : `bot ${bubble.id}`);

function drawChat(options = {}) {
  chat.draw(state.now, state.now.bubbles, { waiting: state.now.waiting > 0, ...options });
}

function seen(person) {
  if (person !== state.now || document.hidden) return;
  person.seen = Math.max(person.seen, ...person.arrived);
  person.unread = 0;
  remember("seen", Object.fromEntries(state.people.map((one) => [one.key, one.seen])));
  drawPeople();
}

// -- saying something

function fill(sentence, { focus = true } = {}) {
  $("say").value = sentence;
  grow();
  if (focus && !matchMedia("(pointer: coarse)").matches) $("say").focus();
}

function grow() {
  const box = $("say");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 132)}px`;
  $("send").disabled = !box.value.trim();
}

async function attach(file) {
  const picture = file.type.startsWith("image/");
  try {
    const upload = await api.upload(file);
    const attached = { url: `/demo/kept/${upload}`, name: file.name, picture };
    await say({ file: { upload, name: picture ? "" : file.name, picture } }, "", attached);
  } catch {
    note("这个文件没发出去，可能太大了。");
  }
}

function note(words) {
  const line = make("div", { class: "toast" }, words);
  $("toasts").append(line);
  setTimeout(() => line.remove(), 4000);
}

async function say(what, text, attached = null) {
  const person = state.now;
  const bubble = { from: "me", key: api.newKey(), text, what, attached, at: new Date().toISOString(), pending: true };
  person.bubbles.push(bubble);
  tries.draw(person);
  await send(person, bubble);
}

async function resend(bubble) {
  bubble.failed = false;
  await send(state.now, bubble);
}

async function send(person, bubble) {
  const dots = setTimeout(() => wait(person, +1), PATIENCE);
  let waited = false;
  const wait = (who, more) => {
    waited = waited || more > 0;
    who.waiting += more;
    if (who === state.now) drawChat({ keep: more < 0 });
  };
  drawChat();
  try {
    await api.post(person, bubble.key, bubble.what);
    const insight = await api.turn(person, bubble.key);
    Object.assign(bubble, { id: insight.id, fate: insight.fate, pending: false });
    if (person === state.now) show(insight);
  } catch {
    bubble.failed = true;
  }
  clearTimeout(dots);
  if (waited) wait(person, -1);
  else if (person === state.now) drawChat({ keep: true });
}

// -- what happened

async function look(bubble) {
  show(await api.message(bubble.id));
  openPanel(true);
}

function show(insight) {
  state.insight = insight;
  drawInsight(insight, state.clock, go);
  $("open-panel").classList.add("has-news");
  refreshSoon();
}

/** Deliveries of what is shown come in after the turn: look again until all of them are settled. */
function refreshSoon(tries = 8) {
  const shown = state.insight;
  const open = shown?.pushes.some((push) => push.state === "sending" || (push.state === "waiting" && new Date(push.run_at) - new Date() < 60000));
  if (!open || !tries) return;
  setTimeout(async () => {
    if (state.insight?.id !== shown.id) return;
    const fresh = await api.message(shown.id).catch(() => null);
    if (!fresh || state.insight?.id !== shown.id) return;
    state.insight = fresh;
    drawInsight(fresh, state.clock, go);
    refreshSoon(tries - 1);
  }, 120 + 60 * (8 - tries));
}

function go(push) {
  const person = personAt(push.channel, push.user);
  if (person) become(person);
  openPanel(false);
}

function heard(event) {
  const person = personAt(event.channel, event.user);
  if (!person) return;
  if (event.type !== "said") {
    if (person === state.now) load(person);
    return;
  }
  const { type, channel, user, ...bubble } = event;
  const known = person.bubbles.some((one) => one.from === "bot" && one.id === bubble.id);
  if (!known) {
    person.bubbles.push(bubble);
    person.arrived.push(bubble.id);
    person.unread += 1;
    person.fresh = true;
  }
  seen(person);
  if (person === state.now) drawChat({ keep: true });
  else if (!known) toast(person, bubble.text);
  drawPeople();
  if (bubble.answers === null) feed();
  else if (!person.bubbles.some((one) => one.from === "me" && (one.id === bubble.answers || one.pending))) load(person); // said in another window
}

let feedTimer = 0;

function feed() {
  clearTimeout(feedTimer);
  feedTimer = setTimeout(async () => drawFeed(await api.pushes().catch(() => []), state.clock, go), 150);
}

function toast(person, text) {
  const note = make(
    "button",
    { type: "button", class: "toast", onclick: () => (note.remove(), become(person)) },
    avatar(person),
    make("span", {}, make("b", {}, `${person.called}的${CHANNELS[person.channel]}`), make("span", {}, brief(text, 46))),
  );
  $("toasts").append(note);
  setTimeout(() => note.remove(), 4000);
}

function openPanel(open) {
  document.body.classList.toggle("panel-open", open);
  $("open-panel").setAttribute("aria-expanded", String(open));
  $("veil").hidden = !open;
  if (open) $("open-panel").classList.remove("has-news");
}

// -- beginning

function listen() {
  const composer = $("composer");
  $("attach").addEventListener("change", () => {
    const [file] = $("attach").files;
    $("attach").value = "";
    if (file && state.now) attach(file);
  });
  composer.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = $("say").value.trim();
    if (!text) return;
    fill("");
    state.now.draft = "";
    say({ text }, text);
  });
  $("say").addEventListener("input", grow);
  $("say").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return; // 229: an input method is at work
    event.preventDefault();
    composer.requestSubmit();
  });
  $("open-panel").addEventListener("click", () => openPanel(!document.body.classList.contains("panel-open")));
  $("close-panel").addEventListener("click", () => openPanel(false));
  $("veil").addEventListener("click", () => openPanel(false));
  document.addEventListener("keydown", (event) => event.key === "Escape" && openPanel(false));
  document.addEventListener("visibilitychange", () => state.now && seen(state.now));
}

function enter({ company, zone, people, stories }) {
  const before = recall("seen") ?? {};
  state.company = company;
  state.clock = new Clock(zone);
  state.people = people.map((person, tone) => {
    const newest = Math.max(0, ...person.arrived);
    const last = before[person.key] > newest ? 0 : (before[person.key] ?? 0); // the data were made anew meanwhile
    const unread = person.arrived.filter((id) => id > last).length;
    return { ...person, tone, seen: last, unread, bubbles: [], waiting: 0, draft: "" };
  });
  $("company").textContent = company;
  drawStories(stories, state.people, async (person, sentence) => {
    openPanel(false);
    if (person !== state.now) become(person);
    fill(sentence);
  });
}

async function begin() {
  listen();
  drawInsight(null, state.clock, go);
  enter(await api.cast());
  feed();
  api.listen(
    heard,
    (again) => {
      $("offline").hidden = true;
      if (again) load(state.now).catch(() => {}), feed();
    },
    () => ($("offline").hidden = false),
  );
  const last = recall("now");
  await become(state.people.find((person) => person.key === last) ?? state.people[0]);
}

begin();
