/** The data set in maps: what the answers in plain JavaScript are worked out from. */
import { type Field, type TableRow, table } from './tables.ts';

export type Id = number;
export type Links = ReadonlyMap<Id, readonly Id[]>;

export interface Message {
  readonly id: Id;
  readonly creator: Id;
  readonly creationDate: number;
  readonly content: Field;
  readonly country: Id;
  readonly tags: readonly Id[];
  readonly isPost: boolean;
  /** What a comment answers. */
  readonly replyOf: Id | undefined;
}

export class PlainNetwork {
  readonly persons = byId('person');
  readonly places = byId('place');
  readonly organisations = byId('organisation');
  readonly forums = byId('forum');
  readonly tags = byId('tag');
  readonly tagClasses = byId('tagclass');
  readonly cityOf = one('person_isLocatedIn_place');
  readonly partOf = one('place_isPartOf_place');
  readonly placeOfOrganisation = one('organisation_isLocatedIn_place');
  readonly interests = links('person_hasInterest_tag');
  readonly classOfTag = one('tag_hasType_tagclass');
  readonly classAbove = one('tagclass_isSubclassOf_tagclass');
  readonly studies = table('person_studyAt_organisation');
  readonly work = table('person_workAt_organisation');
  readonly memberships = table('forum_hasMember_person');
  readonly likes = [...table('person_likes_post'), ...table('person_likes_comment')];
  readonly postsOfForum = links('forum_containerOf_post');
  readonly friends: ReadonlyMap<Id, ReadonlySet<Id>> = friendships();
  readonly messages: ReadonlyMap<Id, Message> = new Map(
    [...messagesOf('post'), ...messagesOf('comment')].map((message) => [message.id, message]),
  );
  readonly messagesOf = Map.groupBy(this.messages.values(), ({ creator }) => creator);

  /** Steps from a person to each person that can be reached within so many. */
  distances(start: Id, stepsMax: number): ReadonlyMap<Id, number> {
    const found = new Map([[start, 0]]);
    for (const [person, steps] of found) {
      if (steps === stepsMax) continue;
      for (const friend of this.friends.get(person) ?? []) if (!found.has(friend)) found.set(friend, steps + 1);
    }
    return found;
  }

  /** Friends, and friends of friends, without the person. */
  circle(start: Id): Id[] {
    return [...this.distances(start, 2).keys()].filter((person) => person !== start);
  }

  nameOf(person: Id): [Field, Field] {
    const { firstName, lastName } = this.persons.get(person)!;
    return [firstName!, lastName!];
  }

  written(person: Id): readonly Message[] {
    return this.messagesOf.get(person) ?? [];
  }
}

function byId(file: string): ReadonlyMap<Id, TableRow> {
  return new Map(table(file).map((row) => [row.id as Id, row]));
}

function pairs(file: string): [Id, Id][] {
  return table(file).map((row) => Object.values(row).slice(0, 2) as [Id, Id]);
}

function one(file: string): ReadonlyMap<Id, Id> {
  return new Map(pairs(file));
}

function links(file: string): Links {
  const found = new Map<Id, Id[]>();
  for (const [from, to] of pairs(file)) found.set(from, [...(found.get(from) ?? []), to]);
  return found;
}

function friendships(): ReadonlyMap<Id, ReadonlySet<Id>> {
  const found = new Map<Id, Set<Id>>();
  const add = (from: Id, to: Id) => found.set(from, (found.get(from) ?? new Set()).add(to));
  for (const [left, right] of pairs('person_knows_person')) {
    add(left, right);
    add(right, left);
  }
  return found;
}

function messagesOf(kind: 'post' | 'comment'): Message[] {
  const creators = one(`${kind}_hasCreator_person`);
  const countries = one(`${kind}_isLocatedIn_place`);
  const tags = links(`${kind}_hasTag_tag`);
  const answered =
    kind === 'post' ? new Map() : new Map([...one('comment_replyOf_post'), ...one('comment_replyOf_comment')]);
  return table(kind).map((row) => {
    const id = row.id as Id;
    return {
      id,
      creator: creators.get(id)!,
      creationDate: row.creationDate as number,
      content: row.content ?? row.imageFile ?? null,
      country: countries.get(id)!,
      tags: tags.get(id) ?? [],
      isPost: kind === 'post',
      replyOf: answered.get(id),
    };
  });
}
