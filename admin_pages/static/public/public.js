// The public site's common ground: language, menu, calls, and elements made from text only.
"use strict";
window.site = (function () {
  const english = localStorage.getItem("ejia_language") === "en";
  const pages = [
    ["index", "首页", "Home"], ["apply", "我要申请", "Apply"], ["progress", "查进度", "Progress"], ["projects", "救助项目", "Kinds of aid"],
    ["standards", "救助标准", "Standards"], ["notices", "公示公开", "Notices"], ["policies", "政策文件", "Policies"], ["hotlines", "救助热线", "Hotlines"],
  ];
  const say = (zh, en) => (english ? en : zh);

  // Text never becomes markup: every value enters as a text node.
  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat()) if (child !== null && child !== undefined) node.append(child);
    return node;
  }

  async function call(path, data) {
    const options = { headers: { "Accept-Language": english ? "en" : "zh-CN" }, credentials: "omit" };
    if (data) {
      options.method = "POST";
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(data);
    }
    let answer;
    try {
      answer = await fetch("/api/v1/public/" + path, options);
    } catch (_) {
      throw { detail: say("无法连接服务器，请检查网络后重试", "No connection to the server; check your network and try again") };
    }
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) throw body.detail ? body : { detail: say("服务暂时不可用，请稍后再试", "The service is not available; try again later") };
    return body;
  }

  function show(...nodes) {
    document.getElementById("content").replaceChildren(...nodes.flat());
  }

  async function load(path, draw) {
    show(make("p", { role: "status" }, say("正在读取…", "Loading…")));
    try {
      const found = await call(path);
      show(draw(found));
    } catch (error) {
      show(make("p", { class: "bad", role: "alert" }, error.detail || String(error)),
        make("button", { class: "plain", type: "button", onclick: () => load(path, draw) }, say("重试", "Try again")));
    }
  }

  function field(name, words, control, hint) {
    control.name = name;
    control.id = "f-" + name;
    const parts = [make("span", {}, words), control];
    if (hint) parts.push(make("span", { class: "quiet" }, hint));
    return make("label", { for: control.id }, parts);
  }

  // Sends a form; each refusal stands beside its field and is read out.
  function sendable(form, path, collect, done) {
    const message = make("p", { class: "bad", role: "alert", hidden: true });
    form.append(message);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      for (const old of form.querySelectorAll(".fault")) old.remove();
      for (const old of form.querySelectorAll("[aria-invalid]")) old.removeAttribute("aria-invalid");
      message.hidden = true;
      const button = form.querySelector("button[type=submit]");
      button.disabled = true;
      try {
        done(await call(typeof path === "function" ? path() : path, collect(new FormData(form))));
      } catch (error) {
        message.textContent = error.detail || String(error);
        message.hidden = false;
        let first = null;
        for (const fault of error.errors || []) {
          const control = form.elements[fault.field];
          if (!control || !control.closest) { message.textContent += " " + fault.message; continue; }
          control.setAttribute("aria-invalid", "true");
          control.closest("label").append(make("span", { class: "fault" }, fault.message));
          first = first || control;
        }
        (first || message).scrollIntoView({ block: "center" });
        if (first) first.focus();
      } finally {
        button.disabled = false;
      }
    });
    return form;
  }

  function frame() {
    // One frame serves every page; the address says which.
    const asked = location.pathname.split("/").pop().replace(/\.html$/, "");
    const here = pages.some((page) => page[0] === asked) ? asked : "index";
    document.body.dataset.page = here;
    document.documentElement.lang = english ? "en" : "zh-CN";
    const current = pages.find((page) => page[0] === here) || pages[0];
    document.title = say(current[1], current[2]) + " · e家大救助";
    const language = make("button", { type: "button", lang: english ? "zh-CN" : "en", onclick: () => {
      localStorage.setItem("ejia_language", english ? "zh-CN" : "en");
      location.reload();
    } }, english ? "中文" : "English");
    document.getElementById("top").replaceChildren(make("div", { class: "row" },
      make("a", { href: "index.html" }, say("e家大救助", "E-Jia social assistance")), language));
    document.getElementById("menu").replaceChildren(make("ul", {}, pages.map(([name, zh, en]) =>
      make("li", {}, make("a", { href: name + ".html", "aria-current": name === here ? "page" : null }, say(zh, en))))));
    document.getElementById("heading").textContent = say(current[1], current[2]);
    document.querySelector(".skip").textContent = say("跳到正文", "Skip to content");
    document.getElementById("foot").textContent = say(
      "遇到困难可随时拨打救助热线。本站不收集与救助无关的信息，名单已隐去敏感内容。",
      "In difficulty you can always call the hotline. This site collects nothing beyond what aid needs; lists hide what is sensitive.");
  }

  frame();
  return { english, say, make, call, show, load, field, sendable, pages };
})();
