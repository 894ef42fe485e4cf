// Server-Sent Events: one response that goes on. After a cut the browser comes back by itself, and says where it was.
export function sse({ EventSource, show, gap }) {
  let after = "";

  function open() {
    const events = new EventSource("/wherry/sse?topic=time" + (after && "&after=" + after));

    events.onmessage = (event) => {
      after = event.lastEventId;
      show(event.data, event.lastEventId);
    };
    events.addEventListener("gap", (event) => gap(JSON.parse(event.data)));

    // Only what was refused (by a server that is starting, a proxy without one) a browser does not try again.
    events.onerror = () => {
      if (events.readyState === 2) setTimeout(open, 1000);
    };
  }

  open();
}
