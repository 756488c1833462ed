// Chromium for the tests: one browser for a whole test process, with a context of its own for each tab.
//
// Commands are lines of JSON with an `id`, which their answer has too: tests that run at the same time share
// the browser, and none waits for another. Everything ends when the standard input does.

import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

import { options, say } from '../servers/lines.mjs';
import { Tab } from './tab.mjs';

const require = createRequire(`${options.packages}/`);
const { chromium } = require('playwright-core');
const { source: axe } = require('axe-core');

// A step that takes longer than this will not come.
const patienceMs = 60_000;

const browser = await chromium.launch({
  executablePath: options.chromium,
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    // The test's Sovereign is the only host there is. Pages come from `localhost`, which browsers count as
    // safe enough for cookies that ask for TLS.
    '--host-resolver-rules=MAP localhost 127.0.0.1, MAP * ~NOTFOUND',
  ],
});
const tabs = new Map();

async function openTab({ tab, look }) {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.height },
    isMobile: look.is_phone,
    hasTouch: look.is_phone,
    locale: look.language,
    colorScheme: look.theme,
    javaScriptEnabled: look.script,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(patienceMs);
  tabs.set(tab, new Tab(context, await context.newPage(), axe));
}

async function closeTab({ tab }) {
  const { context } = tabs.get(tab);
  tabs.delete(tab);
  await context.close();
}

async function obey({ id, command, ...parameters }) {
  try {
    const done =
      command === 'open_tab' ? await openTab(parameters)
      : command === 'close_tab' ? await closeTab(parameters)
      : await tabs.get(parameters.tab)[command](parameters);
    say({ id, done: done ?? null });
  } catch (error) {
    say({ id, failed: `${command}: ${error.stack}` });
  }
}

say({ version: browser.version() });
for await (const line of createInterface({ input: process.stdin })) obey(JSON.parse(line));
await browser.close();
// It runs in a directory of its own, where the browser had its files.
await rm(process.cwd(), { recursive: true, force: true });
process.exit(0);
