// How a test talks to the servers here: lines of JSON, commands on standard input and answers on standard
// output. A server ends when its input does, so that none outlives the test that started it.

import { Console } from 'node:console';
import { mock } from 'node:test';
import { createInterface } from 'node:readline';

// Libraries write notices, and standard output is for answers alone.
globalThis.console = new Console(process.stderr);

// What the test wants, from the command line.
export const options = JSON.parse(process.argv[2] ?? '{}');

export function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

// Answers each command by the function of its name, in the order they come.
export async function obey(commands) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { command, ...parameters } = JSON.parse(line);
    try {
      say({ done: (await commands[command](parameters)) ?? null });
    } catch (error) {
      say({ failed: `${command}: ${error.stack}` });
    }
  }
  process.exit(0);
}

// A test's clock stands still, years from now: tokens must be issued by the same one.
export function setClock({ now_seconds: seconds }) {
  mock.timers.reset();
  mock.timers.enable({ apis: ['Date'], now: seconds * 1000 });
}
