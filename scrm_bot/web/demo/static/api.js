// Everything the page asks the server for. Messages go the way that every platform's go: to /hooks/<channel>.

async function ask(path) {
  const response = await fetch(path, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

const part = encodeURIComponent;

export const cast = () => ask("/demo/cast");
export const pushes = () => ask("/demo/pushes");
export const message = (number) => ask(`/demo/message/${number}`);
export const thread = (who) => ask(`/demo/thread/${part(who.channel)}/${part(who.user)}`);

/** What the message with this key did, once its turn is over. */
export const turn = (who, key) => ask(`/demo/turn/${part(who.channel)}/${part(who.user)}/${part(key)}`);

/** Hand in a message; the same key again is the same message, so that trying again is harmless. */
export async function post(who, key, what) {
  const response = await fetch(`/hooks/${part(who.channel)}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user: who.user, id: key, ...what }),
  });
  if (!response.ok) throw new Error(`hooks: ${response.status}`);
}

/** Hand over a file; what it is called from then on. */
export async function upload(file) {
  const response = await fetch("/demo/upload", { method: "POST", body: file });
  if (!response.ok) throw new Error(`upload: ${response.status}`);
  return (await response.json()).upload;
}

/** Deliveries as they happen. `heard(event)`; `up(again)` when the stream opens; `down()` when it breaks. */
export function listen(heard, up, down) {
  const source = new EventSource("/demo/events");
  let before = false;
  source.addEventListener("hello", () => {
    up(before);
    before = true;
  });
  source.addEventListener("message", (event) => heard(JSON.parse(event.data)));
  source.addEventListener("error", down);
}

/** An id that no other message has; crypto.randomUUID is missing where the page came over plain http. */
export function newKey() {
  return `web-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
}
