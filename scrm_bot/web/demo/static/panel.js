// What a message did: how it was understood and why, what was written, who was told. And what was pushed to whom.

import { $, CHANNELS, brief, make } from "./dom.js";

const STATES = { waiting: "等待发送", sending: "正在发送", sent: "已送达", given_up: "送不出去" };

/** Draw what one message did into #insight; null draws the invitation. `go(push)` shows the addressee's chat. */
export function drawInsight(insight, clock, go) {
  $("insight").replaceChildren(...(insight ? told(insight, clock, go) : [invitation()]));
}

function invitation() {
  return make(
    "div",
    { class: "card hint" },
    make("p", {}, "说一句话，这里会马上告诉你："),
    make("ul", {}, ["它是怎么理解的，凭什么", "写下或改了什么，从什么变成什么", "消息推给了谁，到了没有"].map((line) => make("li", {}, line))),
  );
}

function told(insight, clock, go) {
  const took = insight.took === null ? "" : ` · ${insight.took} 毫秒后送达`;
  return [
    make(
      "div",
      { class: "said" },
      make("q", {}, brief(insight.text, 70)),
      make("p", {}, make("span", { class: `tag fate-${insight.fate}` }, insight.fate_words), `第 ${insight.id} 条${took}`),
    ),
    section("怎么理解的", understood(insight)),
    section("写了什么", insight.changes.map((change) => changed(change, insight.text)), "什么都没写"),
    section("推给了谁", insight.pushes.map((push) => pushed(push, clock, go)), "没有人需要知道"),
  ];
}

function section(title, cards, nothing = "") {
  const body = cards.length ? cards : [make("p", { class: "nothing" }, nothing)];
  return make("section", { class: "part" }, make("h3", {}, title), body);
}

function understood(insight) {
  const acts = insight.understood.filter((act) => act.label !== "none" || !insight.ran.length);
  const ran = insight.ran.length > 0 && make("p", { class: "ran" }, "办的事：", insight.ran.join("；"));
  if (!acts.length) {
    const why = insight.understood.length ? "接着刚才的对话理解" : "不看文字就知道怎么办";
    return [make("div", { class: "card" }, make("p", {}, why), ran)];
  }
  return acts.map((act, index) =>
    make(
      "div",
      { class: "card" },
      make("p", { class: "act" }, make("b", {}, act.title), make("code", {}, act.label), act.writes && make("span", { class: "tag quiet" }, "要写入")),
      act.slots.length > 0 && values(act.slots.map((slot) => ({ field: slot.name, new: slot.values.join("、") })), "slots"),
      make("ul", { class: "reasons" }, act.reasons.map((reason) => make("li", {}, reason))),
      index === acts.length - 1 && ran,
    ),
  );
}

function changed(change, said) {
  return make(
    "div",
    { class: `card change${change.undone ? " undone" : ""}` },
    make(
      "p",
      { class: "act" },
      make("span", { class: `tag verb-${VERBS[change.verb]}` }, change.verb),
      make("b", {}, change.what),
      change.undone && make("span", { class: "tag quiet" }, "后来撤回了"),
    ),
    change.lines.length ? values(change.lines.map((line) => (line.new === said ? { ...line, new: "原话，一字不改" } : line))) : make("p", { class: "about" }, change.about),
  );
}

const VERBS = { 新建: "made", 修改: "changed", 撤回: "gone" };

function values(lines, kind = "lines") {
  return make(
    "dl",
    { class: kind },
    lines.map((line) =>
      make(
        "div",
        {},
        make("dt", {}, line.field),
        make("dd", {}, line.old && [make("del", {}, line.old), make("span", { class: "arrow", "aria-label": "改成" }, " → ")], make("span", {}, line.new)),
      ),
    ),
  );
}

function pushed(push, clock, go) {
  const later = push.state === "waiting" && new Date(push.run_at) - new Date() > 60000;
  const state = later ? `免打扰，${clock.stamp(push.run_at)} 再发` : STATES[push.state];
  return make(
    "button",
    { class: "card push", type: "button", onclick: () => go(push) },
    make(
      "span",
      { class: "push-to" },
      make("i", { class: `dot ${push.channel}` }),
      make("b", {}, push.to),
      make("span", {}, `${push.role} · ${CHANNELS[push.channel] ?? push.channel}`),
      make("span", { class: `state ${push.state}` }, push.answer ? `回复 · ${state}` : state),
    ),
    make("span", { class: "push-text" }, brief(push.text, 64)),
  );
}

/** What came by itself or because of somebody else: the last few, newest first. */
export function drawFeed(pushes, clock, go) {
  const rows = pushes.slice(0, 6).map((push) =>
    make(
      "li",
      {},
      make(
        "button",
        { type: "button", onclick: () => go(push) },
        make("time", {}, clock.stamp(push.sent_at ?? push.run_at)),
        make("i", { class: `dot ${push.channel}` }),
        make("b", {}, push.to),
        make("span", {}, brief(push.text, 40)),
      ),
    ),
  );
  $("feed").replaceChildren(...(rows.length ? rows : [make("li", { class: "nothing" }, "还没有。客户一报修、提醒一到点，这里就有了。")]));
}

/** Stories to walk through; a step puts its sentence into that person's composer. */
export function drawStories(stories, people, take) {
  const names = new Map(people.map((person) => [person.key, person]));
  const cards = stories.map((story) =>
    make(
      "details",
      { class: "story", name: "story" },
      make("summary", {}, story.title),
      make(
        "ol",
        {},
        story.steps.map(([key, sentence]) =>
          make("li", {}, make("button", { type: "button", onclick: () => take(names.get(key), sentence) }, make("b", {}, names.get(key).called), brief(sentence, 40))),
        ),
      ),
    ),
  );
  $("stories").replaceChildren(...cards);
}
