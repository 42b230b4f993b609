/** What the interactive complex reads answer, worked out from the tables by plain loops: nothing here knows of Cypher. */
import type { Id, Message, PlainNetwork } from './plain-network.ts';
import type { Field } from './tables.ts';

export type Parameters = Readonly<Record<string, string | number>>;
type Value = Field | boolean | undefined | readonly Value[];
export type AnswerRow = readonly Value[];

/** Columns to order by, from the first on; a minus: from high to low. */
type Order = readonly (readonly [column: number, direction: 'up' | 'down'])[];

export const ANSWERS: Readonly<
  Record<string, (network: PlainNetwork, parameters: Parameters) => readonly AnswerRow[]>
> = { ic1, ic2, ic3, ic4, ic5, ic6, ic7, ic8, ic9, ic10, ic11, ic12, ic13, ic14 };

function ic1(network: PlainNetwork, { personId, firstName }: Parameters): AnswerRow[] {
  const rows = [...network.distances(Number(personId), 3)]
    .filter(([id, distance]) => distance > 0 && network.persons.get(id)!.firstName === firstName)
    .map(([id, distance]): AnswerRow => {
      const person = network.persons.get(id)!;
      const jobs = (table: PlainNetwork['work'], year: string) =>
        table
          .filter(({ PersonId }) => PersonId === id)
          .toSorted((left, right) => Number(left.OrganisationId) - Number(right.OrganisationId))
          .map((row) => {
            const organisation = Number(row.OrganisationId);
            const place = network.places.get(network.placeOfOrganisation.get(organisation)!)!;
            return [network.organisations.get(organisation)!.name, row[year], place.name];
          });
      return [
        id,
        person.lastName,
        distance,
        person.birthday,
        person.creationDate,
        person.gender,
        person.browserUsed,
        person.locationIP,
        person.email,
        person.language,
        network.places.get(network.cityOf.get(id)!)!.name,
        jobs(network.studies, 'classYear'),
        jobs(network.work, 'workFrom'),
      ];
    });
  return ordered(rows, [[2, 'up'], [1, 'up'], [0, 'up']], 20); // biome-ignore format: a table
}

function ic2(network: PlainNetwork, { personId, maxDate }: Parameters): AnswerRow[] {
  return recentMessages(network, [...(network.friends.get(Number(personId)) ?? [])], Number(maxDate));
}

function ic3(network: PlainNetwork, parameters: Parameters): AnswerRow[] {
  const { personId, countryX, countryY, startDate, endDate } = parameters;
  const countryName = (place: Id) => network.places.get(place)!.name;
  const rows: AnswerRow[] = [];
  for (const friend of network.circle(Number(personId))) {
    const home = countryName(network.partOf.get(network.cityOf.get(friend)!)!);
    if (home === countryX || home === countryY) continue;
    const within = network
      .written(friend)
      .filter(({ creationDate }) => creationDate >= Number(startDate) && creationDate < Number(endDate));
    const xCount = within.filter(({ country }) => countryName(country) === countryX).length;
    const yCount = within.filter(({ country }) => countryName(country) === countryY).length;
    if (xCount > 0 && yCount > 0) rows.push([friend, ...network.nameOf(friend), xCount, yCount, xCount + yCount]);
  }
  return ordered(
    rows,
    [
      [5, 'down'],
      [0, 'up'],
    ],
    20,
  );
}

function ic4(network: PlainNetwork, { personId, startDate, endDate }: Parameters): AnswerRow[] {
  const friends = [...(network.friends.get(Number(personId)) ?? [])];
  const posts = friends.flatMap((friend) => network.written(friend)).filter(({ isPost }) => isPost);
  const old = new Set(posts.filter((post) => post.creationDate < Number(startDate)).flatMap(({ tags }) => tags));
  const counts = new Counts<Id>();
  for (const { creationDate, tags } of posts) {
    if (creationDate < Number(startDate) || creationDate >= Number(endDate)) continue;
    for (const tag of tags) if (!old.has(tag)) counts.add(tag);
  }
  return ordered(
    tagCounts(network, counts),
    [
      [1, 'down'],
      [0, 'up'],
    ],
    10,
  );
}

function ic5(network: PlainNetwork, { personId, minDate }: Parameters): AnswerRow[] {
  const circle = new Set(network.circle(Number(personId)));
  const members = new Map<Id, Set<Id>>();
  for (const { ForumId, PersonId, joinDate } of network.memberships) {
    if (!circle.has(Number(PersonId)) || Number(joinDate) <= Number(minDate)) continue;
    members.set(Number(ForumId), (members.get(Number(ForumId)) ?? new Set()).add(Number(PersonId)));
  }
  const rows = [...members].map(([forum, joined]) => {
    const posts = network.postsOfForum.get(forum) ?? [];
    const count = posts.filter((post) => joined.has(network.messages.get(post)!.creator)).length;
    return [network.forums.get(forum)!.title, count, forum];
  });
  return ordered(
    rows,
    [
      [1, 'down'],
      [2, 'up'],
    ],
    20,
  );
}

function ic6(network: PlainNetwork, { personId, tagName }: Parameters): AnswerRow[] {
  const counts = new Counts<Id>();
  for (const friend of network.circle(Number(personId))) {
    for (const { isPost, tags } of network.written(friend)) {
      const known = tags.find((tag) => network.tags.get(tag)!.name === tagName);
      if (!isPost || known === undefined) continue;
      for (const tag of tags) if (tag !== known) counts.add(tag);
    }
  }
  return ordered(
    tagCounts(network, counts),
    [
      [1, 'down'],
      [0, 'up'],
    ],
    10,
  );
}

function ic7(network: PlainNetwork, { personId }: Parameters): AnswerRow[] {
  const start = Number(personId);
  const last = new Map<Id, { readonly message: Message; readonly date: number }>();
  for (const like of network.likes) {
    const message = network.messages.get(Number(like.PostId ?? like.CommentId))!;
    if (message.creator !== start) continue;
    const [liker, date] = [Number(like.PersonId), Number(like.creationDate)];
    const before = last.get(liker);
    if (before && (before.date > date || (before.date === date && before.message.id < message.id))) continue;
    last.set(liker, { message, date });
  }
  const rows = [...last].map(([liker, { message, date }]): AnswerRow => {
    const minutes = Math.trunc((date - message.creationDate) / 60_000);
    const isNew = !network.friends.get(start)?.has(liker);
    return [liker, ...network.nameOf(liker), date, message.id, message.content, minutes, isNew];
  });
  return ordered(
    rows,
    [
      [3, 'down'],
      [0, 'up'],
    ],
    20,
  );
}

function ic8(network: PlainNetwork, { personId }: Parameters): AnswerRow[] {
  const rows: AnswerRow[] = [];
  for (const { id, creator, creationDate, content, replyOf } of network.messages.values()) {
    if (replyOf === undefined || network.messages.get(replyOf)!.creator !== personId) continue;
    rows.push([creator, ...network.nameOf(creator), creationDate, id, content]);
  }
  return ordered(
    rows,
    [
      [3, 'down'],
      [4, 'up'],
    ],
    20,
  );
}

function ic9(network: PlainNetwork, { personId, maxDate }: Parameters): AnswerRow[] {
  return recentMessages(network, network.circle(Number(personId)), Number(maxDate));
}

function ic10(network: PlainNetwork, { personId, month }: Parameters): AnswerRow[] {
  const start = Number(personId);
  const interests = new Set(network.interests.get(start));
  const rows: AnswerRow[] = [];
  for (const [stranger, distance] of network.distances(start, 2)) {
    if (distance !== 2) continue;
    const { birthday, gender } = network.persons.get(stranger)!;
    const born = new Date(Number(birthday));
    const [bornMonth, day] = [born.getUTCMonth() + 1, born.getUTCDate()];
    const next = month === 12 ? 1 : Number(month) + 1;
    if (!((bornMonth === month && day >= 21) || (bornMonth === next && day < 22))) continue;
    let score = 0;
    for (const { isPost, tags } of network.written(stranger)) {
      if (isPost) score += tags.some((tag) => interests.has(tag)) ? 1 : -1;
    }
    const city = network.places.get(network.cityOf.get(stranger)!)!.name;
    rows.push([stranger, ...network.nameOf(stranger), score, gender, city]);
  }
  return ordered(
    rows,
    [
      [3, 'down'],
      [0, 'up'],
    ],
    10,
  );
}

function ic11(network: PlainNetwork, { personId, countryName, year }: Parameters): AnswerRow[] {
  const circle = new Set(network.circle(Number(personId)));
  const rows: AnswerRow[] = [];
  for (const { PersonId, OrganisationId, workFrom } of network.work) {
    const [person, company] = [Number(PersonId), Number(OrganisationId)];
    const country = network.places.get(network.placeOfOrganisation.get(company)!)!.name;
    if (!circle.has(person) || country !== countryName || Number(workFrom) >= Number(year)) continue;
    rows.push([person, ...network.nameOf(person), network.organisations.get(company)!.name, workFrom]);
  }
  return ordered(
    rows,
    [
      [4, 'up'],
      [0, 'up'],
      [3, 'down'],
    ],
    10,
  );
}

function ic12(network: PlainNetwork, { personId, tagClassName }: Parameters): AnswerRow[] {
  const isWanted = (tag: Id): boolean => {
    let at = network.classOfTag.get(tag);
    while (at !== undefined && network.tagClasses.get(at)!.name !== tagClassName) at = network.classAbove.get(at);
    return at !== undefined;
  };
  const rows: AnswerRow[] = [];
  for (const friend of network.friends.get(Number(personId)) ?? []) {
    const names = new Set<Field>();
    let replies = 0;
    for (const { replyOf } of network.written(friend)) {
      const answered = network.messages.get(replyOf!);
      if (!answered?.isPost) continue;
      const wanted = answered.tags.filter(isWanted);
      for (const tag of wanted) names.add(network.tags.get(tag)!.name!);
      if (wanted.length > 0) replies++;
    }
    if (replies > 0) rows.push([friend, ...network.nameOf(friend), [...names].toSorted(byCodePoint), replies]);
  }
  return ordered(
    rows,
    [
      [4, 'down'],
      [0, 'up'],
    ],
    20,
  );
}

function ic13(network: PlainNetwork, { person1Id, person2Id }: Parameters): AnswerRow[] {
  return [[network.distances(Number(person1Id), Number.POSITIVE_INFINITY).get(Number(person2Id)) ?? -1]];
}

function ic14(network: PlainNetwork, { person1Id, person2Id }: Parameters): AnswerRow[] {
  const distances = network.distances(Number(person2Id), Number.POSITIVE_INFINITY);
  let paths = distances.has(Number(person1Id)) ? [[Number(person1Id)]] : [];
  // Every step brings a shortest path one nearer.
  for (let left = distances.get(Number(person1Id)) ?? 0; left > 0; left--) {
    paths = paths.flatMap((path) =>
      [...network.friends.get(path.at(-1)!)!]
        .filter((friend) => distances.get(friend) === left - 1)
        .map((friend) => [...path, friend]),
    );
  }
  const rows = paths.map((path): AnswerRow => {
    let weight = 0;
    path.slice(1).forEach((right, i) => {
      weight +=
        repliesWeight(network, { from: path[i]!, to: right }) + repliesWeight(network, { from: right, to: path[i]! });
    });
    return [path, weight];
  });
  return rows.toSorted(([path, weight], [otherPath, otherWeight]) => {
    if (weight !== otherWeight) return Number(otherWeight) - Number(weight);
    const differing = (path as Id[]).findIndex((id, i) => id !== (otherPath as Id[])[i]);
    return (path as Id[])[differing]! - (otherPath as Id[])[differing]!;
  });
}

/** A reply to a post weighs 1, one to a comment a half. */
function repliesWeight(network: PlainNetwork, { from, to }: { readonly from: Id; readonly to: Id }): number {
  let weight = 0;
  for (const { replyOf } of network.written(from)) {
    const answered = network.messages.get(replyOf!);
    if (answered?.creator === to) weight += answered.isPost ? 1 : 0.5;
  }
  return weight;
}

function recentMessages(network: PlainNetwork, authors: readonly Id[], before: number): AnswerRow[] {
  const rows = authors.flatMap((author) =>
    network
      .written(author)
      .filter(({ creationDate }) => creationDate < before)
      .map(({ id, content, creationDate }) => [author, ...network.nameOf(author), id, content, creationDate]),
  );
  return ordered(
    rows,
    [
      [5, 'down'],
      [3, 'up'],
    ],
    20,
  );
}

class Counts<Key> extends Map<Key, number> {
  add(key: Key): void {
    this.set(key, (this.get(key) ?? 0) + 1);
  }
}

function tagCounts(network: PlainNetwork, counts: Counts<Id>): AnswerRow[] {
  return [...counts].map(([tag, count]) => [network.tags.get(tag)!.name, count]);
}

function ordered(rows: readonly AnswerRow[], order: Order, limit: number): AnswerRow[] {
  const compare = (one: AnswerRow, other: AnswerRow): number => {
    for (const [column, direction] of order) {
      const [left, right] = [one[column], other[column]];
      const found = typeof left === 'string' ? byCodePoint(left, right) : Number(left) - Number(right);
      if (found !== 0) return direction === 'up' ? found : -found;
    }
    return 0;
  };
  return rows.toSorted(compare).slice(0, limit);
}

function byCodePoint(one: unknown, other: unknown): number {
  return Buffer.compare(Buffer.from(String(one)), Buffer.from(String(other)));
}
