/**
 * Fetches texts for LOAD CSV: only from the beginnings of URLs that the deployment lists, without redirects and credentials, bounded in
 * size, time and number. What a statement fetches may decide nothing but its own rows.
 */
import { GraphError } from '../core/error.ts';
import type { TextSource } from '../core/executor/context.ts';

/** Bytes of one text: it stands in memory while the statement runs. */
const TEXT_BYTES_MAX = 16 * 1024 * 1024;
const FETCH_MS_MAX = 10_000;
const TEXTS_MAX = 4;

export class TextLoader implements TextSource {
  readonly #allowed: string;
  readonly #texts = new Map<string, string | GraphError>();
  readonly #fetching = new Map<string, Promise<void>>();

  /** `allowed`: beginnings of URLs, divided by commas. */
  constructor(allowed: string | undefined) {
    this.#allowed = allowed ?? '';
  }

  read(url: string): string | undefined {
    const known = this.#texts.get(url);
    if (known instanceof GraphError) throw known;
    if (known !== undefined) return known;
    if (!this.#fetching.has(url)) this.#fetching.set(url, this.#fetch(this.#checked(url), url));
    return undefined;
  }

  /** Resolves when nothing is on its way any more; undefined when nothing is. */
  get pending(): Promise<unknown> | undefined {
    return this.#fetching.size === 0 ? undefined : Promise.all(this.#fetching.values());
  }

  #checked(text: string): URL {
    const url = urlOf(text);
    // Worked out here, since every statement has a loader and hardly any reads with it.
    const beginnings = this.#allowed.split(',').flatMap((beginning) => urlOf(beginning.trim()) ?? []);
    if (beginnings.length === 0)
      throw failed('LOAD CSV is off here. The deployment lists in SKEIN_LOAD_CSV_ALLOW what may be read.');
    if (!url)
      throw failed(`LOAD CSV needs an https URL without user and password, not ${JSON.stringify(text.slice(0, 100))}.`);
    if (!beginnings.some((beginning) => isWithin(url, beginning))) {
      throw failed(`LOAD CSV may not read from ${url.origin}${url.pathname}: it is not in SKEIN_LOAD_CSV_ALLOW.`);
    }
    if (this.#texts.size + this.#fetching.size >= TEXTS_MAX) {
      throw failed(`One statement may read ${TEXTS_MAX} texts with LOAD CSV.`);
    }
    return url;
  }

  async #fetch(url: URL, text: string): Promise<void> {
    try {
      const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(FETCH_MS_MAX) });
      if (response.status !== 200) {
        await response.body?.cancel();
        throw failed(`${url.href} answered with status ${response.status}.`);
      }
      this.#texts.set(text, await boundedText(response));
    } catch (error) {
      const reason = error instanceof GraphError ? error : failed(`${url.href} could not be read: ${String(error)}`);
      this.#texts.set(text, reason);
    } finally {
      this.#fetching.delete(text);
    }
  }
}

/** An https URL; of the machine itself, for development, an http one. Undefined for anything else. */
function urlOf(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isSafe =
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname));
  return isSafe && url.username === '' && url.password === '' ? url : undefined;
}

/** Both have been normalised, so that `..` and the like are gone. A beginning ends at a `/`, or is the whole path. */
function isWithin(url: URL, allowed: URL): boolean {
  if (url.origin !== allowed.origin) return false;
  if (url.pathname === allowed.pathname) return true;
  return url.pathname.startsWith(allowed.pathname.endsWith('/') ? allowed.pathname : `${allowed.pathname}/`);
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > TEXT_BYTES_MAX) throw failed(`${response.url} has more than ${TEXT_BYTES_MAX} bytes.`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function failed(message: string): GraphError {
  return new GraphError('Neo.ClientError.Statement.ExternalResourceFailed', message);
}
