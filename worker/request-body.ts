/** Reads a request's body within a bound. */

/** A request that is wrong as HTTP, before it means anything to the database. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: 400 | 404 | 405 | 406 | 413 | 415 | 426;

  constructor(status: HttpError['status'], message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The body as text. Throws HttpError: 413 when it is longer than `bytesMax`, by its header or as it streams in; 400 when
 * it is not UTF-8.
 */
export async function readBody(request: Request, bytesMax: number): Promise<string> {
  const declared = Number(request.headers.get('content-length') ?? Number.NaN);
  if (declared > bytesMax) throw tooLarge(bytesMax);
  // Without a length that can be believed it is counted as it comes in.
  if (!(declared >= 0)) return request.body ? decodeStream(request.body, bytesMax) : '';
  // HTTP delivers as much as the header says; taken as one piece it costs a quarter of what a stream does.
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > bytesMax) throw tooLarge(bytesMax);
  return decode(WHOLE, bytes, false);
}

const DECODING = { fatal: true, ignoreBOM: false } as const;

/** Keeps nothing from one body to the next, as each is given to it whole. */
const WHOLE = new TextDecoder('utf-8', DECODING);

async function decodeStream(stream: ReadableStream<Uint8Array>, bytesMax: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', DECODING);
  const reader = stream.getReader();
  const parts: string[] = [];
  let byteCount = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (value) {
      byteCount += value.byteLength;
      if (byteCount > bytesMax) {
        await reader.cancel();
        throw tooLarge(bytesMax);
      }
    }
    parts.push(decode(decoder, value ?? NOTHING, !done));
    if (done) return parts.join('');
  }
}

const NOTHING = new Uint8Array(0);

/** `stream`: more of the text comes. */
function decode(decoder: TextDecoder, chunk: Uint8Array, stream: boolean): string {
  try {
    return decoder.decode(chunk, { stream });
  } catch {
    throw new HttpError(400, 'The body is not valid UTF-8.');
  }
}

function tooLarge(bytesMax: number): HttpError {
  return new HttpError(413, `The body is larger than ${bytesMax} bytes.`);
}
