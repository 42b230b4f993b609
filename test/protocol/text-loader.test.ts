/** What LOAD CSV may fetch: only what is listed, from a real server on this machine. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TextLoader } from '../../durable/text-loader.ts';

let server: Server;
let origin: string;
const asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const path = new URL(request.url ?? '', 'http://x').pathname;
    if (path === '/data/people.csv') response.end('id,name\n1,Ann\n');
    else if (path === '/data/moved.csv') response.writeHead(302, { location: '/secret' }).end();
    else if (path === '/data/large.csv') response.end('x'.repeat(17 * 1024 * 1024));
    else if (path === '/secret') response.end('secret');
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => server.close());

/** Reads as a statement does: asks, waits, and asks again. */
async function read(loader: TextLoader, url: string): Promise<string | undefined> {
  const first = loader.read(url);
  if (first !== undefined) return first;
  await loader.pending;
  return loader.read(url);
}

describe('LOAD CSV reads', () => {
  test('what lies within a listed beginning, once', async () => {
    const loader = new TextLoader(`https://example.com/, ${origin}/data/`);
    const before = asked.length;

    expect(await read(loader, `${origin}/data/people.csv`)).toBe('id,name\n1,Ann\n');
    expect(await read(loader, `${origin}/data/people.csv`)).toBe('id,name\n1,Ann\n');
    expect(asked.length).toBe(before + 1);
    expect(loader.pending).toBeUndefined();
  });

  test('a single listed file, and none that only begins alike', async () => {
    const loader = new TextLoader(`${origin}/data/people.csv`);

    expect(await read(loader, `${origin}/data/people.csv`)).toContain('Ann');
    expect(() => loader.read(`${origin}/data/people.csvx`)).toThrow('not in SKEIN_LOAD_CSV_ALLOW');
  });
});

describe('LOAD CSV refuses, without asking anybody,', () => {
  test.each([
    {
      what: 'everything when nothing is listed',
      allowed: undefined,
      url: () => `${origin}/data/people.csv`,
      message: 'off here',
    },
    { what: 'another path', allowed: () => `${origin}/data/`, url: () => `${origin}/secret`, message: 'not in' },
    {
      what: 'a way out of the path',
      allowed: () => `${origin}/data/`,
      url: () => `${origin}/data/../secret`,
      message: 'not in',
    },
    {
      what: 'a path that is written otherwise',
      allowed: () => `${origin}/data/`,
      url: () => `${origin}/data/%2e%2e/secret`,
      message: 'not in',
    },
    {
      what: 'another port',
      allowed: () => `${origin}/data/`,
      url: () => 'http://127.0.0.1:1/data/people.csv',
      message: 'not in',
    },
    {
      what: 'another host that begins alike',
      allowed: () => 'https://a.example/',
      url: () => 'https://a.example.evil/',
      message: 'not in',
    },
    {
      what: 'the listed host as a user',
      allowed: () => 'https://a.example/',
      url: () => 'https://a.example@evil.example/',
      message: 'without user',
    },
    {
      what: 'http to the outside',
      allowed: () => 'http://example.com/',
      url: () => 'http://example.com/x',
      message: 'off here',
    },
    {
      what: 'the metadata address of clouds',
      allowed: () => 'https://a.example/',
      url: () => 'http://169.254.169.254/latest',
      message: 'https URL',
    },
    { what: 'files', allowed: () => `${origin}/data/`, url: () => 'file:///etc/passwd', message: 'https URL' },
    { what: 'what is no URL', allowed: () => `${origin}/data/`, url: () => 'people.csv', message: 'https URL' },
  ])('$what', ({ allowed, url, message }) => {
    const before = asked.length;
    const loader = new TextLoader(allowed?.());

    expect(() => loader.read(url())).toThrow(message);
    expect(loader.pending).toBeUndefined();
    expect(asked.length).toBe(before);
  });

  test('more texts than a statement may have', () => {
    const loader = new TextLoader(`${origin}/data/`);
    for (let i = 0; i < 4; i++) loader.read(`${origin}/data/people.csv?${i}`);

    expect(() => loader.read(`${origin}/data/people.csv?5`)).toThrow('4 texts');
    return loader.pending;
  });
});

describe('LOAD CSV says what went wrong', () => {
  test.each([
    { path: '/data/moved.csv', message: 'status 302' },
    { path: '/data/none.csv', message: 'status 404' },
    { path: '/data/large.csv', message: '16777216 bytes' },
  ])('with $path', async ({ path, message }) => {
    const loader = new TextLoader(`${origin}/data/`);

    await expect(read(loader, origin + path)).rejects.toThrow(message);
    expect(asked).not.toContain('/secret');
  });

  test('when nobody answers', async () => {
    const loader = new TextLoader('http://127.0.0.1:1/');

    await expect(read(loader, 'http://127.0.0.1:1/x')).rejects.toThrow('could not be read');
  });
});
