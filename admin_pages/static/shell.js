// The portal's only script: draws the menu and pages that the server describes, and speaks to the headless API.
(function () {
  "use strict";
  const amis = amisRequire("amis/embed");
  const { match } = amisRequire("path-to-regexp");
  const history = HistoryLibrary.createHashHistory();
  const english = ejia.language().startsWith("en");
  const words = {
    busy: english ? "The system is busy, please try again later" : "系统繁忙，请稍后再试",
    offline: english ? "No connection to the server. What you typed is kept; please try again." : "无法连接服务器，您填写的内容仍在，请稍后重试",
    account: english ? "My account" : "我的账号",
    out: english ? "Sign out" : "退出",
    print: english ? "Print" : "打印",
    printed: english ? "Printed by" : "打印人",
    other: english ? "中文" : "English",
    demo: english ? "Simulated data: no real person" : "模拟数据，不涉及任何真实人员",
  };
  keepCountyTime(amisRequire("moment"));
  leaveTypingAlone(amisRequire("amis").FormRenderer.ComposedComponent);

  // Times are the county's wherever the browser stands: moment asks this hook whenever it makes or changes a time.
  // amis loads a time zone library later that would take the hook for itself; nothing here uses it.
  function keepCountyTime(moment) {
    const COUNTY_OFFSET = 480;
    const hook = (time, keepTime) => {
      if (time.ejiaZone === undefined) {
        time.ejiaZone = time._isUTC ? null : COUNTY_OFFSET;
        // Written without a zone: it was meant as the county's time.
        if (time.ejiaZone !== null && time._a && time._tzm === undefined && time._f !== "X" && time._f !== "x" && time.isValid()) {
          time._d = moment.utc(time._a).subtract(COUNTY_OFFSET, "minutes").toDate();
        }
      }
      if (time.ejiaZone !== null) time.utcOffset(time.ejiaZone, keepTime);
    };
    // Without this a time forgets what it was written as before the hook sees it.
    moment.momentProperties.push("_a");
    Object.defineProperty(moment, "updateOffset", { get: () => hook, set: () => {} });
  }

  // amis moves the cursor to whatever field was just found wrong, so what a person goes on typing lands in another
  // field. It may do so only after a button was pressed.
  function leaveTypingAlone(form) {
    let pressed = false;
    const jump = form.prototype.jumpToErrorComponent;
    document.addEventListener("click", (event) => { pressed = !!event.target.closest("button"); }, true);
    for (const kind of ["keydown", "input", "focusin"]) document.addEventListener(kind, () => { pressed = false; }, true);
    form.prototype.jumpToErrorComponent = function (field) { if (pressed) jump.call(this, field); };
  }

  // The same form sent twice must be one request: a key lives until the server has accepted what it belongs to.
  const keys = new Map();
  const underWay = new Map();
  function keyFor(url, body) {
    const id = url + "\n" + body;
    if (!keys.has(id)) keys.set(id, crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2) + Date.now());
    return [id, keys.get(id)];
  }

  // amis expects {status, msg, data}; the API answers with the resource itself, or a problem document (RFC 9457).
  function toAmis(payload, status) {
    if (status < 400) return { status: 0, msg: "", data: payload };
    const errors = {};
    for (const e of payload.errors || []) errors[e.field] = e.message;
    const unnamed = (payload.errors || []).map((e) => e.message).join("；");
    const detail = payload.detail || words.busy;
    // A field that asks the API whether its value can be right prints the errors as text.
    Object.defineProperty(errors, "toString", { value: () => unnamed || detail });
    return { status: status === 422 && payload.errors ? 422 : 1, msg: unnamed ? detail + "：" + unnamed : detail, errors };
  }

  function clean(target) {
    // amis names its paging parameters its own way; the API uses page_size and order_by.
    const query = target.searchParams;
    if (query.has("perPage")) { query.set("page_size", query.get("perPage")); query.delete("perPage"); }
    if (query.get("orderBy")) query.set("order_by", (query.get("orderDir") === "desc" ? "-" : "") + query.get("orderBy"));
    query.delete("orderBy"); query.delete("orderDir");
    for (const [k, v] of [...query]) if (v === "" || v === "undefined" || v === "null") query.delete(k);
  }

  // A second click while the first is under way waits for the same answer.
  function fetcher(request) {
    const method = (request.method || "get").toLowerCase();
    if (method === "get" || request.data instanceof FormData) return send(request);
    const id = method + request.url + "\n" + JSON.stringify(request.data || {});
    if (!underWay.has(id)) underWay.set(id, send(request).finally(() => underWay.delete(id)));
    return underWay.get(id);
  }

  // How often the page has changed. What a page asked for and got after it was left has nowhere to go: handed on, it
  // would be written into what the SDK has already thrown away.
  let visit = 0;

  async function send({ url, method, data, headers, responseType, config }) {
    const target = new URL(url, location.origin);
    if (target.origin !== location.origin) throw new Error("outside address refused");
    clean(target);
    const init = { method: (method || "get").toUpperCase(), credentials: "same-origin", headers: ejia.headers(headers), signal: config && config.signal };
    if (target.pathname.startsWith("/admin/")) init.headers["X-Phone"] = ejia.isPhone() ? "1" : "0";
    let remembered = null;
    if (init.method !== "GET" && init.method !== "HEAD") {
      if (data instanceof FormData) {
        delete init.headers["Content-Type"];
        init.body = data;
      } else {
        init.headers["Content-Type"] = "application/json";
        init.body = JSON.stringify(data || {});
        if (target.pathname.startsWith("/api/")) {
          const [id, key] = keyFor(target.pathname, init.body);
          remembered = id;
          init.headers["Idempotency-Key"] = key;
        }
      }
    }
    const asked = visit;
    let response;
    try {
      response = await fetch(target, init);
    } catch (error) {
      if (error && error.name === "AbortError") throw error;
      return answerOf(target, { detail: words.offline }, 503);
    }
    if (response.status === 401) { toSignIn(); return { status: 200, headers: {}, data: { status: 1, msg: "" } }; }
    if (remembered && response.status < 500) keys.delete(remembered);
    if (responseType === "blob" && response.ok) {
      save(await response.blob(), response.headers.get("content-disposition") || "");
      return { status: 200, headers: {}, data: { status: 0, msg: "" } };
    }
    const payload = await response.json().catch(() => ({}));
    if (init.method === "GET" && asked !== visit) return new Promise(() => {});
    return answerOf(target, payload, response.status);
  }

  // Hand a file to the person: the SDK does so only with a fetcher of its own.
  function save(blob, disposition) {
    const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition);
    const plain = /filename="?([^";]+)"?/i.exec(disposition);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = encoded ? decodeURIComponent(encoded[1]) : plain ? plain[1] : "download";
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  // A list that failed to load says so in its place: an empty list would be a false statement.
  function answerOf(target, payload, status) {
    const isList = target.searchParams.has("page_size");
    // The SDK's upload overwrites `id` with a number of its own.
    if (target.pathname === "/api/v1/files" && payload.id) payload.file_id = payload.id;
    if (isList && status < 400) payload.load_error = "";
    if (isList && status >= 400) return { status: 200, headers: {}, data: { status: 0, msg: "", data: { items: [], total: 0, load_error: toAmis(payload, status).msg } } };
    return { status: 200, headers: {}, data: toAmis(payload, status) };
  }

  // The SDK closes menus and calendars by a click beside them; whoever has no mouse presses Escape.
  document.addEventListener("keydown", (event) => {
    const beside = [...document.querySelectorAll(".cxd-PopOver-overlay")].pop();
    if (event.key !== "Escape" || !beside) return;
    event.stopPropagation();
    beside.click();
  }, true);

  function toSignIn() {
    location.href = "/sign-in?next=" + encodeURIComponent(location.pathname + location.hash);
  }

  function toolbar(me) {
    const bar = document.createElement("div");
    bar.className = "who";
    const name = document.createElement("button");
    name.className = "name";
    name.title = words.account;
    name.addEventListener("click", () => { location.hash = "#/page/OwnAccountPage"; });
    name.textContent = me.name + (me.division ? " · " + me.division.name : me.organization ? " · " + me.organization : "");
    const language = document.createElement("button");
    language.textContent = words.other;
    language.addEventListener("click", () => { ejia.setLanguage(english ? "zh-CN" : "en"); location.reload(); });
    const out = document.createElement("button");
    out.textContent = words.out;
    out.addEventListener("click", async () => { await ejia.post("/api/v1/auth/sign-out"); location.href = "/sign-in"; });
    const print = document.createElement("button");
    print.className = "print";
    print.textContent = words.print;
    print.addEventListener("click", () => window.print());
    bar.append(name, print, language, out);
    return bar;
  }

  // Paper says whose it is and who printed it when; the address bar and the menu stay behind.
  function headPaper(me) {
    const head = document.createElement("div");
    head.id = "paper-head";
    const office = document.createElement("span");
    const printer = document.createElement("span");
    head.append(office, printer);
    document.body.prepend(head);
    window.addEventListener("beforeprint", () => {
      const now = amisRequire("moment")().format("YYYY-MM-DD HH:mm");
      office.textContent = ["e家大救助", me.division ? me.division.name : me.organization || "", me.demo ? words.demo : ""].filter(Boolean).join(" · ");
      printer.textContent = words.printed + " " + me.name + " " + now;
    });
  }

  function amisEnvironment() {
    return {
      theme: "cxd",
      locale: english ? "en-US" : "zh-CN",
      fetcher,
      isCancel: (error) => error && error.name === "AbortError",
      filterHtml: (html) => { const d = document.createElement("div"); d.textContent = html; return d.innerHTML; },
      updateLocation: (to, replace) => { if (to !== "goBack") history[replace ? "replace" : "push"](to); else history.back(); },
      jumpTo: (to) => { if (to === "goBack") history.back(); else if (to.startsWith("/api/") || to.startsWith("/public/")) window.open(to); else history.push(to); },
      isCurrentUrl: (to) => {
        if (!to) return false;
        const here = history.location.pathname;
        const path = to.split("?")[0];
        return path.includes(":") ? match(path, { decode: decodeURIComponent, strict: true })(here) : decodeURI(here) === path;
      },
    };
  }

  async function start() {
    document.documentElement.lang = english ? "en" : "zh-CN";
    const who = await fetch("/api/v1/auth/me", { credentials: "same-origin", headers: ejia.headers() });
    if (who.status === 401) return toSignIn();
    const me = await who.json();
    ejia.setRights(me.permissions);
    if (me.must_change_password || me.must_enrol_second_factor) history.replace("/page/OwnAccountPage");
    const answer = await fetch("/admin/", { method: "POST", credentials: "same-origin", headers: ejia.headers({ "X-Phone": ejia.isPhone() ? "1" : "0" }) });
    if (answer.status === 401) return toSignIn();
    const app = await answer.json();
    const draw = () => amis.embed("#root", JSON.parse(JSON.stringify(app)), { location: history.location, locale: english ? "en-US" : "zh-CN", data: { me } }, amisEnvironment());
    let portal = draw();
    let here = history.location;
    history.listen((state) => {
      const next = state.location || state;
      // amis keeps a page whose path stays, whatever its query asks for: another record needs the page anew.
      const same = next.pathname === here.pathname && next.search !== here.search;
      if (next.pathname !== here.pathname || same) visit += 1;
      here = next;
      if (!same) return portal.updateProps({ location: next });
      portal.unmount();
      portal = draw();
    });
    document.body.append(toolbar(me));
    headPaper(me);
    if (me.demo) {
      const notice = document.getElementById("notice");
      notice.textContent = words.demo;
      notice.hidden = false;
    }
  }
  start().catch(() => {
    document.getElementById("root").textContent = words.offline;
  });
})();
