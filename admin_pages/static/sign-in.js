// Signs a person in; the session itself is an HttpOnly cookie that no script can read.
"use strict";
(function () {
  const form = document.getElementById("form");
  const error = document.getElementById("error");
  const english = ejia.language().startsWith("en");
  if (english) {
    document.documentElement.lang = "en";
    for (const node of document.querySelectorAll("[data-en]")) node.textContent = node.dataset.en;
    document.getElementById("language").textContent = "中文";
  }
  document.getElementById("language").addEventListener("click", () => {
    ejia.setLanguage(english ? "zh-CN" : "en");
    location.reload();
  });
  function show(text) {
    error.textContent = text;
    error.hidden = !text;
  }
  function next() {
    const wanted = new URLSearchParams(location.search).get("next") || "/admin/";
    return wanted.startsWith("/admin/") ? wanted : "/admin/";
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = Object.fromEntries(new FormData(form));
    if (!data.username || !data.password) return show(english ? "Enter user name and password" : "请填写用户名和密码");
    if (!data.totp) delete data.totp;
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    show("");
    try {
      const answer = await ejia.post("/api/v1/auth/sign-in", data);
      const body = await answer.json().catch(() => ({}));
      if (answer.ok) { location.href = next(); return; }
      if ((body.errors || []).some((e) => e.field === "totp")) {
        document.getElementById("totp").hidden = false;
        form.totp.focus();
      }
      show(body.detail || (english ? "Sign-in failed" : "登录失败，请稍后再试"));
    } catch (_) {
      show(english ? "No connection to the server" : "无法连接服务器，请检查网络后重试");
    } finally {
      button.disabled = false;
    }
  });
})();
