// An HTTP server whose endpoints are counted, and can be told to fail or to keep the caller waiting.

import { createServer } from 'node:http';

export class Endpoints {
  #endpoints = new Map();

  #listener;

  constructor(paths) {
    for (const [name, path] of Object.entries(paths)) {
      this.#endpoints.set(path, { name, requests: 0, mode: 'answer', held: [] });
    }
  }

  // Listens on a free port, and answers its URL.
  async listen() {
    const server = createServer((request, response) => this.#handle(request, response));
    await new Promise((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${server.address().port}`;
  }

  // From now on requests are answered by this listener.
  serve(listener) {
    this.#listener = listener;
  }

  #handle(request, response) {
    const answer = () => this.#listener(request, response);
    const endpoint = this.#endpoints.get(new URL(request.url, 'http://127.0.0.1').pathname);
    if (endpoint === undefined) {
      answer();
      return;
    }
    endpoint.requests += 1;
    if (endpoint.mode === 'fail') {
      response.writeHead(500, { 'Content-Type': 'text/plain' }).end('It was told to fail.\n');
    } else if (endpoint.mode === 'hold') {
      endpoint.held.push(answer);
    } else {
      answer();
    }
  }

  // What a test may order.
  commands() {
    return {
      requests: () =>
        Object.fromEntries([...this.#endpoints.values()].map((one) => [one.name, one.requests])),
      mode: ({ endpoint: name, mode }) => {
        if (!['answer', 'fail', 'hold'].includes(mode)) throw new Error(`no such mode: ${mode}`);
        const endpoint = [...this.#endpoints.values()].find((one) => one.name === name);
        endpoint.mode = mode;
        if (mode !== 'hold') endpoint.held.splice(0).forEach((answer) => answer());
      },
    };
  }
}
