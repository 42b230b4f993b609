import { expect, test } from 'vitest';
import { readBody } from '../../worker/request-body.ts';

function request(bytes: readonly number[], headers: Record<string, string>): Request {
  return new Request('http://skein/', { method: 'POST', body: Uint8Array.from(bytes), headers });
}

const E_ACUTE = [0xc3, 0xa9];

test.each([
  { how: 'as one piece', headersOf: (length: number) => ({ 'content-length': String(length) }) },
  { how: 'as it comes in', headersOf: () => ({}) },
])('a body that ends within a letter is refused, and leaves nothing for the next one, $how', async ({ headersOf }) => {
  const cut = request(E_ACUTE.slice(0, 1), headersOf(1));
  const whole = request(E_ACUTE, headersOf(2));
  const rest = request(E_ACUTE.slice(1), headersOf(1));

  await expect(readBody(cut, 100)).rejects.toMatchObject({ status: 400, message: 'The body is not valid UTF-8.' });
  expect(await readBody(whole, 100)).toBe('é');
  await expect(readBody(rest, 100)).rejects.toMatchObject({ status: 400 });
});
