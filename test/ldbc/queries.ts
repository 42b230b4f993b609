/**
 * The interactive complex reads of the LDBC Social Network Benchmark: what they ask and how rows are ordered by the specification
 * of version 1 (https://ldbcouncil.org/ldbc_snb_docs/), in our own words. A tie that the specification leaves open is broken by the id.
 */

export const QUERIES = {
  /** Persons of a first name, at most three steps away. */
  ic1: `
    MATCH (start:Person {id: $personId}), (friend:Person {firstName: $firstName}) WHERE friend <> start
    MATCH path = shortestPath((start)-[:KNOWS*1..3]-(friend))
    WITH friend, length(path) AS distance
    ORDER BY distance, friend.lastName, friend.id LIMIT 20
    MATCH (friend)-[:IS_LOCATED_IN]->(city:City)
    RETURN friend.id AS id, friend.lastName AS lastName, distance, friend.birthday AS birthday,
           friend.creationDate AS creationDate, friend.gender AS gender, friend.browserUsed AS browser,
           friend.locationIP AS ip, friend.email AS emails, friend.language AS languages, city.name AS city,
           COLLECT { MATCH (friend)-[study:STUDY_AT]->(university)-[:IS_LOCATED_IN]->(place:City)
                     RETURN [university.name, study.classYear, place.name] AS entry ORDER BY university.id } AS universities,
           COLLECT { MATCH (friend)-[work:WORK_AT]->(company)-[:IS_LOCATED_IN]->(place:Country)
                     RETURN [company.name, work.workFrom, place.name] AS entry ORDER BY company.id } AS companies
    ORDER BY distance, lastName, id`,

  /** Recent messages of friends. */
  ic2: `
    MATCH (:Person {id: $personId})-[:KNOWS]-(friend:Person)<-[:HAS_CREATOR]-(message:Message)
    WHERE message.creationDate < $maxDate
    RETURN friend.id AS friendId, friend.firstName AS firstName, friend.lastName AS lastName, message.id AS messageId,
           coalesce(message.content, message.imageFile) AS content, message.creationDate AS date
    ORDER BY date DESC, messageId LIMIT 20`,

  /** Friends and their friends, at home in neither of two countries, who have written from both within some days. */
  ic3: `
    MATCH (start:Person {id: $personId})-[:KNOWS*1..2]-(friend:Person)
    WHERE friend <> start
      AND NOT EXISTS { (friend)-[:IS_LOCATED_IN]->(:City)-[:IS_PART_OF]->(home:Country) WHERE home.name IN [$countryX, $countryY] }
    WITH DISTINCT friend
    CALL (friend) {
      MATCH (friend)<-[:HAS_CREATOR]-(message:Message)-[:IS_LOCATED_IN]->(country:Country)
      WHERE $startDate <= message.creationDate < $endDate AND country.name IN [$countryX, $countryY]
      RETURN sum(CASE country.name WHEN $countryX THEN 1 ELSE 0 END) AS xCount,
             sum(CASE country.name WHEN $countryY THEN 1 ELSE 0 END) AS yCount
    }
    WITH friend, xCount, yCount WHERE xCount > 0 AND yCount > 0
    RETURN friend.id AS id, friend.firstName AS firstName, friend.lastName AS lastName, xCount, yCount, xCount + yCount AS count
    ORDER BY count DESC, id LIMIT 20`,

  /** Tags that friends' posts have within some days, and had never before. */
  ic4: `
    MATCH (:Person {id: $personId})-[:KNOWS]-(:Person)<-[:HAS_CREATOR]-(post:Post)-[:HAS_TAG]->(tag:Tag)
    WHERE post.creationDate < $endDate
    WITH tag, count(DISTINCT CASE WHEN post.creationDate >= $startDate THEN post END) AS postCount,
         min(post.creationDate) AS first
    WHERE first >= $startDate
    RETURN tag.name AS tagName, postCount ORDER BY postCount DESC, tagName LIMIT 10`,

  /** Forums that friends and their friends joined after a date, by the posts that those have written there. */
  ic5: `
    MATCH (start:Person {id: $personId})-[:KNOWS*1..2]-(friend:Person) WHERE friend <> start
    WITH DISTINCT friend
    MATCH (friend)<-[membership:HAS_MEMBER]-(forum:Forum) WHERE membership.joinDate > $minDate
    OPTIONAL MATCH (forum)-[:CONTAINER_OF]->(post:Post)-[:HAS_CREATOR]->(friend)
    WITH forum, count(DISTINCT post) AS postCount
    RETURN forum.title AS title, postCount, forum.id AS id ORDER BY postCount DESC, id LIMIT 20`,

  /** Tags that stand beside a tag on posts of friends and their friends. */
  ic6: `
    MATCH (start:Person {id: $personId}), (known:Tag {name: $tagName})
    MATCH (start)-[:KNOWS]-{1,2}(friend:Person) WHERE friend <> start
    WITH DISTINCT known, friend
    MATCH (friend)<-[:HAS_CREATOR]-(post:Post)-[:HAS_TAG]->(known), (post)-[:HAS_TAG]->(tag:Tag)
    WHERE tag <> known
    RETURN tag.name AS tagName, count(DISTINCT post) AS postCount ORDER BY postCount DESC, tagName LIMIT 10`,

  /** Who liked a person's messages, each with the last like. */
  ic7: `
    MATCH (start:Person {id: $personId})<-[:HAS_CREATOR]-(message:Message)<-[like:LIKES]-(liker:Person)
    WITH start, liker, message, like.creationDate AS date ORDER BY date DESC, message.id
    WITH start, liker, head(collect({message: message, date: date})) AS last
    RETURN liker.id AS id, liker.firstName AS firstName, liker.lastName AS lastName, last.date AS date,
           last.message.id AS messageId, coalesce(last.message.content, last.message.imageFile) AS content,
           (last.date - last.message.creationDate) / 60000 AS minutes, NOT EXISTS { (liker)-[:KNOWS]-(start) } AS isNew
    ORDER BY date DESC, id LIMIT 20`,

  /** Recent replies to a person's messages. */
  ic8: `
    MATCH (:Person {id: $personId})<-[:HAS_CREATOR]-(:Message)<-[:REPLY_OF]-(comment:Comment)-[:HAS_CREATOR]->(author:Person)
    RETURN author.id AS id, author.firstName AS firstName, author.lastName AS lastName, comment.creationDate AS date,
           comment.id AS commentId, comment.content AS content
    ORDER BY date DESC, commentId LIMIT 20`,

  /** Recent messages of friends and their friends. */
  ic9: `
    MATCH (start:Person {id: $personId})-[:KNOWS*1..2]-(friend:Person) WHERE friend <> start
    WITH DISTINCT friend
    MATCH (friend)<-[:HAS_CREATOR]-(message:Message) WHERE message.creationDate < $maxDate
    RETURN friend.id AS friendId, friend.firstName AS firstName, friend.lastName AS lastName, message.id AS messageId,
           coalesce(message.content, message.imageFile) AS content, message.creationDate AS date
    ORDER BY date DESC, messageId LIMIT 20`,

  /** Friends of friends, born around a month's end, by what they share: posts about the person's interests less the others. */
  ic10: `
    MATCH (start:Person {id: $personId})-[:KNOWS*2..2]-(stranger:Person)
    WHERE stranger <> start AND NOT (start)-[:KNOWS]-(stranger)
    WITH DISTINCT start, stranger, datetime({epochMillis: stranger.birthday}) AS born
    WHERE born.month = $month AND born.day >= 21 OR born.month = $month % 12 + 1 AND born.day < 22
    MATCH (stranger)-[:IS_LOCATED_IN]->(city:City)
    OPTIONAL MATCH (stranger)<-[:HAS_CREATOR]-(post:Post)
    WITH stranger, city, count(post) AS posts,
         count(CASE WHEN EXISTS { (post)-[:HAS_TAG]->(:Tag)<-[:HAS_INTEREST]-(start) } THEN 1 END) AS common
    RETURN stranger.id AS id, stranger.firstName AS firstName, stranger.lastName AS lastName,
           common - (posts - common) AS score, stranger.gender AS gender, city.name AS city
    ORDER BY score DESC, id LIMIT 10`,

  /** Friends and their friends who began to work in a country before a year. */
  ic11: `
    MATCH (start:Person {id: $personId})-[:KNOWS*1..2]-(friend:Person) WHERE friend <> start
    WITH DISTINCT friend
    MATCH (friend)-[work:WORK_AT]->(company:Company)-[:IS_LOCATED_IN]->(:Country {name: $countryName})
    WHERE work.workFrom < $year
    RETURN friend.id AS id, friend.firstName AS firstName, friend.lastName AS lastName, company.name AS company,
           work.workFrom AS workFrom
    ORDER BY workFrom, id, company DESC LIMIT 10`,

  /** Friends who comment on posts about a class of tags or one below it. */
  ic12: `
    MATCH (:Person {id: $personId})-[:KNOWS]-(friend:Person)<-[:HAS_CREATOR]-(comment:Comment)-[:REPLY_OF]->(:Post)-[:HAS_TAG]->(tag:Tag),
          (tag)-[:HAS_TYPE]->(:TagClass)-[:IS_SUBCLASS_OF*0..]->(:TagClass {name: $tagClassName})
    WITH friend, comment, tag ORDER BY tag.name
    RETURN friend.id AS id, friend.firstName AS firstName, friend.lastName AS lastName,
           collect(DISTINCT tag.name) AS tags, count(DISTINCT comment) AS replies
    ORDER BY replies DESC, id LIMIT 20`,

  /** How far two persons are apart; -1 when there is no way. */
  ic13: `
    MATCH (one:Person {id: $person1Id}), (other:Person {id: $person2Id})
    OPTIONAL MATCH path = shortestPath((one)-[:KNOWS*0..]-(other))
    RETURN coalesce(length(path), -1) AS length`,

  /** All shortest ways between two persons, by how much those who stand side by side have replied to each other. */
  ic14: `
    MATCH path = allShortestPaths((one:Person {id: $person1Id})-[:KNOWS*]-(other:Person {id: $person2Id}))
    WITH nodes(path) AS persons
    UNWIND range(1, size(persons) - 1) AS i
    WITH persons, persons[i - 1] AS left, persons[i] AS right
    WITH persons, left, right,
         COUNT { (left)<-[:HAS_CREATOR]-(:Comment)-[:REPLY_OF]->(:Post)-[:HAS_CREATOR]->(right) } +
         COUNT { (right)<-[:HAS_CREATOR]-(:Comment)-[:REPLY_OF]->(:Post)-[:HAS_CREATOR]->(left) } AS toPosts,
         COUNT { (left)<-[:HAS_CREATOR]-(:Comment)-[:REPLY_OF]->(:Comment)-[:HAS_CREATOR]->(right) } +
         COUNT { (right)<-[:HAS_CREATOR]-(:Comment)-[:REPLY_OF]->(:Comment)-[:HAS_CREATOR]->(left) } AS toComments
    WITH persons, sum(toPosts * 1.0 + toComments * 0.5) AS weight
    RETURN [person IN persons | person.id] AS ids, weight ORDER BY weight DESC, ids`,
} as const;
