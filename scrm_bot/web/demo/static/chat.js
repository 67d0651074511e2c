// The phone: bubbles, time stamps, quick replies, and what one can try to say.

import { $, avatar, botAvatar, make } from "./dom.js";

const GAP = 5 * 60 * 1000; // a time stamp after so long a silence
const NEAR = 80; // pixels from the end that still count as reading the end

/** The conversation of one person, drawn into #log. `act`: pressed(choice), looked(bubble), again(bubble). */
export class Chat {
  constructor(state, act) {
    this.state = state;
    this.act = act;
    this.log = $("log");
  }

  /** Draw everything anew; `keep`: stay where the reader is, unless that is the end. */
  draw(person, bubbles, { waiting = false, keep = false } = {}) {
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR;
    const rows = [];
    let last = 0;
    bubbles.forEach((bubble, index) => {
      const at = new Date(bubble.at).getTime();
      if (at - last > GAP) rows.push(make("li", { class: "time" }, make("time", { datetime: bubble.at }, this.state.clock.stamp(bubble.at))));
      last = at;
      rows.push(bubble.from === "me" ? this.mine(person, bubble) : this.theirs(bubble, index === bubbles.length - 1));
    });
    if (waiting) rows.push(typing());
    this.log.replaceChildren(...rows);
    if (!keep || atEnd) this.log.scrollTop = this.log.scrollHeight;
  }

  mine(person, bubble) {
    const about = bubble.failed
      ? make("button", { class: "meta failed", type: "button", onclick: () => this.act.again(bubble) }, "没发出去，点这里重发")
      : bubble.fate &&
        make(
          "button",
          { class: `meta fate-${bubble.fate}`, type: "button", onclick: () => this.act.looked(bubble) },
          FATES[bubble.fate] ?? "看看",
        );
    const words = bubble.attached ? sent(bubble.attached) : make("div", { class: "bubble" }, bubble.text);
    return make("li", { class: "me" }, make("div", { class: "stack" }, words, about), avatar(person));
  }

  theirs(bubble, isLast) {
    const choices = isLast && bubble.choices?.length ? this.choices(bubble) : null;
    const words = make("div", { class: "bubble" }, ...linked(bubble.text));
    const file = bubble.file && make("a", { class: "file", href: bubble.file.url, download: bubble.file.name }, `📎 ${bubble.file.name}`);
    return make("li", { class: "bot" }, botAvatar(), make("div", { class: "stack" }, words, file, choices));
  }

  choices(bubble) {
    const press = (choice) => () => this.act.pressed(choice);
    const buttons = bubble.choices.map((choice) => make("button", { type: "button", onclick: press(choice) }, choice.label));
    return make("div", { class: "choices", role: "group", "aria-label": "快捷回复" }, buttons);
  }
}

const FATES = { written: "已写入", answered: "已回答", asked: "在反问", parked: "已留底", ignored: "不必回应", failed: "出错了" };

/** What the visitor sent: a picture as it is, anything else by its name. */
function sent(attached) {
  if (attached.picture) return make("img", { class: "picture", src: attached.url, alt: attached.name || "图片" });
  return make("a", { class: "file", href: `${attached.url}?name=${encodeURIComponent(attached.name)}`, download: attached.name }, `📎 ${attached.name}`);
}

/** Links to files of our own can be opened; nothing else becomes a link. */
function linked(text) {
  const own = `${location.origin}/files/`;
  return text.split(/(https?:\/\/\S+)/).map((part) =>
    part.startsWith(own) ? make("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, "打开") : part,
  );
}

function typing() {
  const dots = [1, 2, 3].map(() => make("i", {}));
  return make("li", { class: "bot typing" }, botAvatar(), make("div", { class: "bubble", "aria-label": "正在处理" }, dots));
}

/** The strip of sentences to try: what is chosen goes into the composer, what was said leaves the strip. */
export class Tries {
  constructor(choose) {
    this.choose = choose;
    this.turned = 0;
  }

  draw(person) {
    const said = new Set(person.bubbles.filter((bubble) => bubble.from === "me").map((bubble) => bubble.text));
    const left = person.sentences.filter((sentence) => !said.has(sentence));
    const shift = left.length ? this.turned % left.length : 0;
    const order = [...left.slice(shift), ...left.slice(0, shift)];
    const chips = order.map((sentence) =>
      make("button", { type: "button", class: "chip", title: sentence, onclick: () => this.choose(sentence) }, sentence),
    );
    const more = left.length > 3 && make("button", { type: "button", class: "more", title: "换一批", onclick: () => this.turn(person) }, "试试 ↻");
    $("try").replaceChildren(...(left.length ? [more || make("span", { class: "more" }, "试试"), ...chips.slice(0, 3)] : []));
  }

  turn(person) {
    this.turned += 3;
    this.draw(person);
  }
}
