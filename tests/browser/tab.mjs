// What a test does in a tab, and what it asks about the page there. Elements are found as people find them:
// by the words on them.

import { focused, inspect, isTwice, wordsOutside } from './checks.mjs';

// Tab pressed this often has been through the longest page.
const maxStops = 400;

export class Tab {
  constructor(context, page, axe) {
    Object.assign(this, { context, page, axe, errors: [], requests: [], dialogs: [], pages: new Set() });
    page.on('console', (message) => this.#hear(message));
    page.on('pageerror', (error) => this.errors.push(String(error)));
    page.on('request', (request) => {
      this.requests.push(request);
      if (request.isNavigationRequest()) this.pages.add(request.url());
    });
    page.on('dialog', (dialog) => {
      this.dialogs.push(dialog.message());
      dialog.dismiss();
    });
  }

  // That a page was answered with 404 is for the test to judge, not for the console.
  #hear(message) {
    const { url } = message.location();
    if (url === this.away) return;
    const isOfPage = this.pages.has(url);
    if (message.type() === 'error' && !(isOfPage && message.text().includes('status of'))) {
      this.errors.push(`${message.text()} (${url})`);
    }
  }

  async open({ url }) {
    Object.assign(this, { requests: [], main: url });
    const response = await this.page.goto(url, { waitUntil: 'load' });
    return this.#shown(response);
  }

  async #shown(response) {
    return { status: response.status(), url: response.url(), headers: await response.allHeaders() };
  }

  // Does what leads to another page, or to the same one again, and waits until it is there.
  async #leave(act) {
    this.requests = [];
    const [response] = await Promise.all([
      this.page.waitForNavigation({ waitUntil: 'load' }),
      act(),
    ]);
    this.main = this.page.url();
    return this.#shown(response);
  }

  #button(name) {
    const named = { name, exact: true };
    return this.page.getByRole('button', named).or(this.page.getByRole('link', named));
  }

  // As a page of the host sets them. Playwright's own way names a domain, which the prefix `__Host-` forbids.
  async cookies({ url, cookies }) {
    const browser = await this.context.newCDPSession(this.page);
    for (const [name, value] of Object.entries(cookies)) {
      const kind = { path: '/', secure: true, httpOnly: true, sameSite: 'Lax' };
      const { success } = await browser.send('Network.setCookie', { name, value, url, ...kind });
      if (!success) throw new Error(`the browser does not take ${name}`);
    }
    await browser.detach();
  }

  // All of what is read on the button or link that has these words.
  async button_with({ words }) {
    const found = this.page.locator('button, a').filter({ hasText: words }).first();
    return (await found.innerText()).trim();
  }

  async fill({ label, text }) {
    await this.page.getByLabel(label, { exact: true }).fill(text);
  }

  async attach({ label, name, text }) {
    const file = { name, mimeType: 'text/csv', buffer: Buffer.from(text) };
    await this.page.getByLabel(label, { exact: true }).setInputFiles(file);
  }

  async choose({ label, option }) {
    const field = this.page.getByLabel(label, { exact: true });
    if ((await field.evaluate((element) => element.tagName)) === 'SELECT') {
      await field.selectOption({ label: option });
    } else {
      await field.check();
    }
  }

  async uncheck({ label }) {
    await this.page.getByLabel(label, { exact: true }).uncheck();
  }

  // Presses a button or a link that leads on.
  press({ name }) {
    return this.#leave(() => this.#button(name).click());
  }

  // Presses a button that leads to another host, and answers where: nobody is there, so that the page stays.
  async leave({ name }) {
    const isAway = (request) => request.isNavigationRequest() && !request.url().startsWith(this.origin);
    this.origin = new URL(this.page.url()).origin;
    const [request] = await Promise.all([
      this.page.waitForEvent('requestfailed', isAway),
      this.#button(name).click({ noWaitAfter: true }),
    ]);
    this.away = request.url();
    // The page that says so is a navigation of its own.
    await this.page.waitForURL('chrome-error://chromewebdata/', { waitUntil: 'commit' });
    this.errors = this.errors.filter((error) => !error.includes(this.away));
    return this.away;
  }

  // Presses a button that changes the page it is on.
  async click({ name }) {
    await this.#button(name).click();
  }

  // Presses a button twice, as people do who are in a hurry. The second press may take the place of the first,
  // or come too late.
  async press_twice({ name }) {
    try {
      return await this.#leave(() => this.#button(name).dblclick());
    } catch (error) {
      if (!/interrupted|ERR_ABORTED/.test(error.message)) throw error;
      await this.page.waitForLoadState('load');
      this.main = this.page.url();
      return { status: 0, url: this.main, headers: {} };
    }
  }

  // Fills in fields by their names and sends their form, by the button that `act` names or else the first: for
  // whoever comes to what follows, in any language.
  send({ fields: { act, ...fields } }) {
    return this.#leave(async () => {
      let last;
      for (const [name, value] of Object.entries(fields)) {
        const seen = this.page.locator(`main form [name="${name}"]:not([type=hidden])`).first();
        if ((await seen.count()) === 0) {
          // What nobody sees is as somebody else's tab would have it.
          const hidden = this.page.locator(`main form [name="${name}"]`).first();
          await hidden.evaluate((field, text) => field.setAttribute('value', text), value);
          continue;
        }
        last = seen;
        // It may be in what is unfolded first.
        await last.evaluate((field) => field.closest('details')?.setAttribute('open', ''));
        const type = await last.getAttribute('type');
        if (type === 'checkbox') await last.check();
        else if (type === 'radio') await this.page.locator(`main form [name="${name}"][value="${value}"]`).check();
        else await last.fill(value);
      }
      last ??= this.page.locator('main form [name="form_token"]').first();
      const form = last.locator('xpath=ancestor::form');
      await form.locator(act ? `button[name="act"][value="${act}"]` : 'button').first().click();
    });
  }

  async back() {
    return this.#shown(await this.page.goBack({ waitUntil: 'load' }));
  }

  async reload() {
    this.requests = [];
    return this.#shown(await this.page.reload({ waitUntil: 'load' }));
  }

  async wait_for({ text }) {
    await this.page.getByText(text).first().waitFor();
  }

  address() {
    return this.page.url();
  }

  title() {
    return this.page.title();
  }

  text() {
    return this.page.locator('body').innerText();
  }

  html() {
    return this.page.content();
  }

  async value({ label }) {
    return this.page.getByLabel(label, { exact: true }).inputValue();
  }

  async resize({ width, height }) {
    await this.page.setViewportSize({ width, height });
  }

  async key({ key }) {
    await this.page.keyboard.press(key);
    return this.page.evaluate(focused);
  }

  // Presses a key that leads to another page.
  key_away({ key }) {
    return this.#leave(() => this.page.keyboard.press(key));
  }

  focused() {
    return this.page.evaluate(focused);
  }

  // Goes through the page with the Tab key, from its start until it is left, and answers each stop.
  async walk() {
    // Both are asked at each stop, in one go.
    await this.page.evaluate(`window.walk = { focused: ${focused}, isTwice: ${isTwice} }`);
    await this.page.evaluate(() => {
      window.stopsOfWalk = new Set();
      // The browser goes on from what had the keyboard last, also when that is gone.
      const start = document.createElement('span');
      start.tabIndex = -1;
      document.body.prepend(start);
      start.focus();
      start.remove();
    });
    const stops = [];
    while (stops.length < maxStops) {
      await this.page.keyboard.press('Tab');
      const stop = await this.page.evaluate(() => (window.walk.isTwice() ? null : window.walk.focused()));
      if (stop === null) break;
      stops.push(stop);
    }
    // As the page is looked at next: with the keyboard nowhere, and nothing shown for that alone.
    await this.page.evaluate(() => document.activeElement?.blur());
    return stops;
  }

  inspect({ width, is_phone: isPhone }) {
    return this.page.evaluate(inspect, { width, isPhone });
  }

  words_outside({ open, close }) {
    return this.page.evaluate(wordsOutside, { open, close });
  }

  // What axe finds wrong: every rule that is on, those of best practice and the target sizes of WCAG 2.2
  // with them.
  async axe_findings({ off }) {
    if (!(await this.page.evaluate(() => 'axe' in window))) await this.page.evaluate(this.axe);
    const rules = Object.fromEntries(off.map((rule) => [rule, { enabled: false }]));
    const options = { rules: { 'target-size': { enabled: true }, ...rules } };
    const { violations } = await this.page.evaluate(
      (given) => window.axe.run(document, { ...given, resultTypes: ['violations'] }),
      options,
    );
    return violations.map(({ id, help, nodes }) => ({
      rule: id,
      help,
      where: nodes.map((node) => `${node.html} ${node.failureSummary}`),
    }));
  }

  // Every answer since the last page was asked for: its kind, its address, its bytes as they came.
  async loaded() {
    const each = this.requests.map(async (request) => {
      const response = await request.response().catch(() => null);
      const sizes = response && (await request.sizes());
      const bytes = sizes ? sizes.responseHeadersSize + sizes.responseBodySize : 0;
      return { kind: request.resourceType(), url: request.url(), bytes };
    });
    return Promise.all(each);
  }

  // What went wrong since this was last asked: of scripts, of the policy, of what a page wanted to load.
  take_errors() {
    return [...this.errors.splice(0), ...this.dialogs.splice(0).map((said) => `dialog: ${said}`)];
  }

  async evaluate({ script }) {
    return this.page.evaluate(script);
  }

  async screenshot({ path }) {
    await this.page.screenshot({ path, fullPage: true, animations: 'disabled' });
  }
}
