// Small helpers for building the page. Text only ever goes in as text: nothing here can make markup out of words.

export const $ = (id) => document.getElementById(id);

/** Make an element: make("p", {class: "quiet"}, "words", child, ...). `on…` attributes are listeners. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** The square with a surname in it. */
export function avatar(person, extra = "") {
  return make("span", { class: `avatar tone-${person.tone} ${extra}`, "aria-hidden": "true" }, person.name.slice(0, 1));
}

/** The bot's own square. */
export function botAvatar() {
  return make("img", { class: "avatar", src: "/demo/static/favicon.svg", alt: "", width: "38", height: "38" });
}

export const CHANNELS = { wecom: "企业微信", dingtalk: "钉钉", wechat: "微信" };

/** Tells the time where the company is, wherever the visitor may be. */
export class Clock {
  constructor(zone) {
    const options = { timeZone: zone, year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    this.format = new Intl.DateTimeFormat("en-US", options);
  }

  /** 14:32 today, 昨天 14:32, 周二 14:32 within a week, 11月3日 14:32 before that. */
  stamp(iso) {
    const then = this.read(new Date(iso));
    const days = Math.round((this.read(new Date()).midnight - then.midnight) / 86400000);
    if (days === 0) return then.clock;
    if (days === 1) return `昨天 ${then.clock}`;
    if (days > 1 && days < 7) return `周${"日一二三四五六"[new Date(then.midnight).getUTCDay()]} ${then.clock}`;
    return `${then.month}月${then.day}日 ${then.clock}`;
  }

  read(date) {
    const { year, month, day, hour, minute } = Object.fromEntries(this.format.formatToParts(date).map((part) => [part.type, part.value]));
    return { month, day, clock: `${hour}:${minute}`, midnight: Date.UTC(Number(year), Number(month) - 1, Number(day)) };
  }
}

/** The first words of a long text, in one line. */
export function brief(text, most = 42) {
  const flat = text.replace(/\s+/g, " ").trim();
  const letters = [...flat]; // an emoji is one letter
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : flat;
}
