/* The line between a page and the hub: a socket that beats, a poll by HTTP where there is no socket, and what is known of both.

   The hub sends a frame every few seconds, {} when there is nothing to say (record 0033). A line on which nothing comes for
   longer is down: out of reach of a mast no error comes for minutes. No timer of a hidden page is trusted: what counts is
   when something was heard last.

   new HubLine({ path, events, after, hear, changed })
     path, events     addresses of the socket and of the frames by HTTP
     after()          the number of the last frame that the page has
     hear(frame)      a frame came, by either way; return true to be sent the log anew
     changed(since)   the line went down at that moment (milliseconds), or works again (null)
*/
const SILENCE = 12000; /* until the hub says how often it beats */
const ANSWER = 10000; /* how long an attempt to connect, or a request, may take */
const LATEST = 15000; /* between two attempts, before chance is added */

const vary = (delay) => delay * (0.75 + Math.random() / 2);

globalThis.HubLine = class {
  constructor(options) {
    Object.assign(this, options);
    this.silence = SILENCE;
    this.delay = 1000;
    this.downSince = null;
    this.leaving = false;
    this.heardAt = performance.now();
    setInterval(() => this.check(), 1000);
    addEventListener("online", () => this.retry());
    addEventListener("offline", () => this.fail());
    addEventListener("pagehide", () => { this.leaving = true; });
    addEventListener("pageshow", () => { this.leaving = false; this.check(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.check(); });
    this.connect();
  }

  /* --- What is known of the line ------------------------------------------------------------------------------------- */
  heard() {
    this.heardAt = performance.now();
    if (this.downSince === null) return;
    this.downSince = null;
    this.changed(null);
  }

  fail() {
    if (this.downSince !== null || this.leaving) return;
    this.downSince = Date.now() - (performance.now() - this.heardAt);
    this.changed(this.downSince);
  }

  check() {
    const silent = performance.now() - this.heardAt;
    if (this.socket?.readyState === WebSocket.OPEN && silent > this.silence) {
      this.fail();
      this.drop();
      this.connect();
    } else if (this.socket?.readyState === WebSocket.CONNECTING && performance.now() - this.triedAt > ANSWER) {
      this.drop();
      this.lost();
    } else if (!document.hidden && this.downSince !== null && silent > this.silence && !this.socket && !this.waiting) {
      this.connect();
    }
  }

  /* Something says that it may work again: not in a while, but now. */
  retry() {
    this.delay = 1000;
    this.check();
    if (this.waiting) { clearTimeout(this.waiting); this.connect(); }
  }

  /* --- The socket ------------------------------------------------------------------------------------------------------ */
  connect() {
    this.waiting = 0;
    this.triedAt = performance.now();
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${this.path}`);
    this.socket = socket;
    socket.onmessage = (event) => this.receive(event.data);
    socket.onclose = (event) => {
      this.socket = null;
      /* No longer a member, or no such room: the page says so when it is loaded again. */
      if (event.code === 4403 || event.code === 4404) { location.reload(); return; }
      if (event.code === 4000) this.again(100); else this.lost();
    };
  }

  /* A dead socket takes its time to close; nobody waits for it. */
  drop() {
    if (!this.socket) return;
    this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
    this.socket = null;
  }

  lost() {
    this.ask();
    this.again(vary(this.delay));
    this.delay = Math.min(this.delay * 2, LATEST);
  }

  again(wait) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.connect(), wait);
  }

  receive(text) {
    let frame;
    try { frame = JSON.parse(text); } catch { return; }
    this.delay = 1000;
    this.heard();
    if (frame.beat) this.silence = 1000 * (2 * frame.beat + 2);
    if (this.hear(frame)) this.resume();
  }

  resume() {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ after: this.after() }));
  }

  /* --- By HTTP --------------------------------------------------------------------------------------------------------- */
  /* fetch that gives up: on a dead line it would wait for minutes. */
  async fetch(address, options = {}, wait = ANSWER) {
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(), wait);
    try {
      return await fetch(address, { ...options, signal: aborter.signal });
    } catch (error) {
      this.fail();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /* Ask for what was missed; once for each attempt to connect, so that it slows down as they do. */
  async ask() {
    if (this.asking) return;
    this.asking = true;
    try {
      const answer = await this.fetch(`${this.events}?after=${this.after()}`, { headers: { Accept: "application/json" } });
      if (answer.status === 404) { location.reload(); return; }
      const page = await answer.json();
      this.heard();
      page.events.forEach((frame) => this.hear(frame));
      if (page.more) setTimeout(() => this.ask());
    } catch {
      this.fail();
    } finally {
      this.asking = false;
    }
  }
};
