// The floor of the machine: what systems/floor.ts does, in C++, one thread.
//
//   floor COLUMNS PARAMETERS SAMPLES_MAX BUDGET_MS
//
// COLUMNS holds 32-bit integers: the numbers of users and friendships, the friendships' ends, first and second, and the
// users' completion, gender and age, each from id 0. PARAMETERS has a line "class NAME CHECKS SAMPLES" for each class, and then
// CHECKS + SAMPLES lines "A B" (0 where there is none): those to check the answers with, and those to measure. Writes a line
// of JSON for each class: the digests of digest.ts, and times in milliseconds in the order of the parameters.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

using Column = std::vector<int32_t>;
using Clock = std::chrono::steady_clock;

double millisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

constexpr int32_t kAdultAge = 18;
constexpr int kHopsMax = 15;
constexpr int kRepetitionsMax = 256;
constexpr double kShortMs = 0.02;
const char* const kGenders[] = {"woman", "man"};

struct Adjacency {
  Column offsets, neighbours;

  Adjacency(int32_t nodeCount, const Column& near, const Column& far)
      : offsets(nodeCount + 2), neighbours(far.size()) {
    for (int32_t id : near) ++offsets[id + 1];
    for (size_t id = 1; id < offsets.size(); ++id) offsets[id] += offsets[id - 1];
    Column next = offsets;
    for (size_t edge = 0; edge < far.size(); ++edge) neighbours[next[near[edge]]++] = far[edge];
    for (int32_t id = 1; id <= nodeCount; ++id) std::sort(begin(id), end(id));
  }
  int32_t* begin(int32_t id) { return neighbours.data() + offsets[id]; }
  int32_t* end(int32_t id) { return neighbours.data() + offsets[id + 1]; }
  bool has(int32_t id, int32_t neighbour) { return std::binary_search(begin(id), end(id), neighbour); }
};

struct Node {
  int32_t id, completion;
  const char* gender;
  int32_t age;
};

// As in digest.ts.
double idChecksum(int32_t id) { return double(id) * (id % 97 + 1); }

// What a question answers; as many rows as the longest column, or `rows` where a row is a few numbers.
struct Answer {
  Column ids;
  std::vector<Node> nodes;
  std::vector<double> numbers;
  int64_t rows = 0;
  void clear() {
    ids.clear();
    nodes.clear();
    numbers.clear();
    rows = 0;
  }
};

struct Graph {
  int32_t nodeCount;
  Adjacency out, in;
  Column completion, gender, age;
  // Working memory, made once; what is in a set bears its number in `marks`.
  int32_t mark = 0;
  Column marks, firstMarks, secondMarks, via, viaOther, forward, backward, property;
  Column sets[5];
  Column frontier, otherFrontier, next;
  std::vector<std::pair<int32_t, int32_t>> madeEdges;
  Column madeNodes;
  Answer answer;

  Graph(int32_t nodes, const Column& source, const Column& target)
      : nodeCount(nodes), out(nodes, source, target), in(nodes, target, source) {
    for (Column* column : {&marks, &firstMarks, &secondMarks, &via, &viaOther, &forward, &backward, &property})
      column->resize(nodes + 2);
    for (Column& set : sets) set.resize(nodes + 2);
  }

  Node node(int32_t id) const { return {id, completion[id], kGenders[gender[id]], age[id]}; }
  bool isAdult(int32_t id) const { return age[id] >= kAdultAge; }

  int32_t level(const Column& from, int32_t fromCount, Column& into) {
    ++mark;
    int32_t count = 0;
    for (int32_t index = 0; index < fromCount; ++index)
      for (int32_t *place = out.begin(from[index]), *end = out.end(from[index]); place < end; ++place)
        if (marks[*place] != mark) marks[*place] = mark, into[count++] = *place;
    return count;
  }

  int32_t secondLevel(const Column& from, int32_t fromCount, Column& into) {
    ++mark;
    int32_t count = 0;
    for (int32_t index = 0; index < fromCount; ++index) {
      int32_t id = from[index];
      for (int32_t *place = out.begin(id), *end = out.end(id); place < end; ++place) {
        int32_t neighbour = *place;
        if (marks[neighbour] != mark) {
          marks[neighbour] = mark;
          into[count++] = neighbour;
          via[neighbour] = id;
          viaOther[neighbour] = 0;
        } else if (via[neighbour] != id) {
          viaOther[neighbour] = id;
        }
      }
    }
    return count;
  }

  int32_t onlyWayRound(int32_t start, int32_t secondMark) {
    int32_t only = 0;
    for (int32_t *place = in.begin(start), *end = in.end(start); place < end; ++place) {
      if (secondMarks[*place] != secondMark) continue;
      if (viaOther[*place] || (only && only != via[*place])) return 0;
      only = via[*place];
    }
    return only;
  }

  bool isReachedOtherwise(int32_t id, int32_t secondMark) {
    for (int32_t *place = in.begin(id), *end = in.end(id); place < end; ++place)
      if (secondMarks[*place] == secondMark && (via[*place] != id || viaOther[*place])) return true;
    return false;
  }

  int32_t onlyFriendBetween(int32_t id, int32_t start) {
    int32_t only = 0;
    for (int32_t *place = out.begin(id), *end = out.end(id); place < end; ++place) {
      if (*place == start || !out.has(*place, id)) continue;
      if (only) return 0;
      only = *place;
    }
    return only;
  }

  // The ends of trails of exactly so many hops, in sets[hops].
  int32_t ends(int32_t start, int hops) {
    sets[0][0] = start;
    int32_t firstCount = level(sets[0], 1, sets[1]);
    if (hops == 1) return firstCount;
    if (hops == 2) return level(sets[1], firstCount, sets[2]);
    int32_t secondCount = secondLevel(sets[1], firstCount, sets[2]);
    int32_t secondMark = mark;
    int32_t mutual = marks[start] == secondMark && !viaOther[start] ? via[start] : 0;
    int32_t thirdCount = 0;
    ++mark;
    for (int32_t index = 0; index < secondCount; ++index) {
      int32_t id = sets[2][index], barred = id == start ? mutual : 0;
      for (int32_t *place = out.begin(id), *end = out.end(id); place < end; ++place)
        if (marks[*place] != mark && *place != barred) marks[*place] = mark, sets[3][thirdCount++] = *place;
    }
    if (hops == 3) return thirdCount;
    ++mark;
    for (int32_t index = 0; index < firstCount; ++index) firstMarks[sets[1][index]] = mark;
    for (int32_t index = 0; index < secondCount; ++index) secondMarks[sets[2][index]] = secondMark;
    int32_t count = 0;
    for (int32_t index = 0; index < thirdCount; ++index) {
      int32_t id = sets[3][index], barred = 0;
      if (id == start) barred = onlyWayRound(start, secondMark);
      else if (firstMarks[id] == mark && !isReachedOtherwise(id, secondMark)) barred = onlyFriendBetween(id, start);
      for (int32_t *place = out.begin(id), *end = out.end(id); place < end; ++place)
        if (marks[*place] != mark && *place != barred) marks[*place] = mark, sets[4][count++] = *place;
    }
    return count;
  }

  // The ends of trails of one to so many hops, in sets[1].
  int32_t within(int32_t start, int hops) {
    ++mark;
    Column& ids = sets[1];
    sets[0][0] = start;
    const Column* from = &sets[0];
    int32_t first = 0, last = 1, count = 0;
    for (int hop = 1; hop <= hops; ++hop) {
      for (int32_t index = first; index < last; ++index) {
        int32_t id = (*from)[index];
        for (int32_t *place = out.begin(id), *end = out.end(id); place < end; ++place)
          if (marks[*place] != mark) marks[*place] = mark, ids[count++] = *place;
      }
      first = hop == 1 ? 0 : last;
      last = count;
      from = &ids;
    }
    return count;
  }

  void takeIds(const Column& set, int32_t count, bool filter) {
    for (int32_t index = 0; index < count; ++index)
      if (!filter || isAdult(set[index])) answer.ids.push_back(set[index]);
    answer.rows = answer.ids.size();
  }
  void takeNodes(const Column& set, int32_t count, bool filter) {
    for (int32_t index = 0; index < count; ++index)
      if (!filter || isAdult(set[index])) answer.nodes.push_back(node(set[index]));
    answer.rows = answer.nodes.size();
  }
  void takeNode(int32_t id) {
    answer.nodes.push_back(node(id));
    answer.rows = 1;
  }
  void takeNumbers(std::initializer_list<double> numbers) {
    answer.numbers = numbers;
    answer.rows = 1;
  }

  void group(bool filter) {
    int32_t counts[256] = {0};
    for (int32_t id = 1; id <= nodeCount; ++id)
      if (!filter || isAdult(id)) ++counts[age[id]];
    for (int32_t key = 0; key < 256; ++key)
      if (counts[key]) answer.numbers.push_back(key), answer.numbers.push_back(counts[key]);
    answer.rows = answer.numbers.size() / 2;
  }

  void patternLong(int32_t a) {
    for (int32_t *one = out.begin(a); one < out.end(a); ++one)
      for (int32_t b = *one, *two = out.begin(b); two < out.end(b); ++two)
        for (int32_t c = *two, *three = out.begin(c); three < out.end(c); ++three) {
          int32_t d = *three;
          if (c == a && d == b) continue;
          for (int32_t* four = in.begin(d); four < in.end(d); ++four) {
            int32_t e = *four;
            if (e == c || (e == b && d == c) || (e == a && d == b)) continue;
            return takeNode(e);
          }
        }
  }

  void shortest(int32_t from, int32_t to, bool filter) {
    if (filter && !isAdult(to)) return;
    mark += 2;
    int32_t forwardMark = mark - 1, backwardMark = mark, last = 0, first = 0;
    marks[from] = forwardMark;
    marks[to] = backwardMark;
    forward[from] = backward[to] = 0;
    frontier.assign(1, from);
    otherFrontier.assign(1, to);
    for (int hops = 0; hops < kHopsMax && !last && frontier.size() && otherFrontier.size(); ++hops) {
      bool isForward = frontier.size() <= otherFrontier.size();
      Column& near = isForward ? frontier : otherFrontier;
      Adjacency& adjacency = isForward ? out : in;
      Column& parents = isForward ? forward : backward;
      int32_t own = isForward ? forwardMark : backwardMark, other = isForward ? backwardMark : forwardMark;
      next.clear();
      for (size_t index = 0; index < near.size() && !last; ++index) {
        int32_t id = near[index];
        for (int32_t *place = adjacency.begin(id), *end = adjacency.end(id); place < end; ++place) {
          int32_t neighbour = *place;
          if (marks[neighbour] == own) continue;
          if (marks[neighbour] == other) {
            last = isForward ? id : neighbour;
            first = isForward ? neighbour : id;
            break;
          }
          if (filter && !isAdult(neighbour)) continue;
          marks[neighbour] = own;
          parents[neighbour] = id;
          next.push_back(neighbour);
        }
      }
      near.swap(next);
    }
    if (!last) return;
    for (int32_t id = last; id; id = forward[id]) answer.ids.push_back(id);
    std::reverse(answer.ids.begin(), answer.ids.end());
    for (int32_t id = first; id; id = backward[id]) answer.ids.push_back(id);
    answer.rows = 1;
  }

  void topInDegree() {
    std::vector<std::pair<int32_t, int32_t>> top;
    for (int32_t id = 1; id <= nodeCount; ++id) {
      int32_t degree = in.offsets[id + 1] - in.offsets[id];
      if (top.size() == 10 && degree <= -top.back().first) continue;
      top.push_back({-degree, id});
      std::sort(top.begin(), top.end());
      if (top.size() > 10) top.pop_back();
    }
    for (auto& [degree, id] : top) answer.numbers.push_back(id), answer.numbers.push_back(-degree);
    answer.rows = top.size();
  }

  void agePairs() {
    int64_t counts[4] = {0};
    for (int32_t id = 1; id <= nodeCount; ++id) {
      if (!isAdult(id)) continue;
      for (int32_t *place = out.begin(id), *end = out.end(id); place < end; ++place)
        if (isAdult(*place)) ++counts[gender[id] * 2 + gender[*place]];
    }
    for (int64_t count : counts) answer.numbers.push_back(count);
    answer.rows = 4;
  }
};

enum class Kind {
  read, aggregate, distinct, count, extremes, expansion, neighbours, neighbourData, cycle, patternShort, patternLong,
  shortest, topInDegree, agePairs, vertexWrite, edgeWrite, update
};

struct Question {
  Kind kind;
  bool filter = false;
  int hops = 0;
};

bool startsWith(const std::string& text, const char* start) { return text.rfind(start, 0) == 0; }

bool parse(const std::string& name, Question& question) {
  question.filter = name.find("_filter") != std::string::npos;
  if (startsWith(name, "expansion_")) question.kind = Kind::expansion, question.hops = name[10] - '0';
  else if (startsWith(name, "neighbours_")) {
    question.kind = name.find("_data") != std::string::npos ? Kind::neighbourData : Kind::neighbours;
    question.hops = name[11] - '0';
  } else if (name == "single_vertex_read") question.kind = Kind::read;
  else if (name == "aggregate" || name == "aggregate_filter") question.kind = Kind::aggregate;
  else if (name == "aggregate_distinct") question.kind = Kind::distinct;
  else if (name == "aggregate_count") question.kind = Kind::count;
  else if (name == "min_max_avg") question.kind = Kind::extremes;
  else if (name == "pattern_cycle") question.kind = Kind::cycle;
  else if (name == "pattern_short") question.kind = Kind::patternShort;
  else if (name == "pattern_long") question.kind = Kind::patternLong;
  else if (startsWith(name, "shortest_path")) question.kind = Kind::shortest;
  else if (name == "top_indegree") question.kind = Kind::topInDegree;
  else if (name == "gender_pairs") question.kind = Kind::agePairs;
  else if (name == "single_vertex_write") question.kind = Kind::vertexWrite;
  else if (name == "single_edge_write") question.kind = Kind::edgeWrite;
  else if (name == "single_vertex_update") question.kind = Kind::update;
  else return false;
  return true;
}

void ask(Graph& graph, const Question& question, int32_t a, int32_t b) {
  Answer& answer = graph.answer;
  answer.clear();
  switch (question.kind) {
    case Kind::read: return graph.takeNode(a);
    case Kind::aggregate: return graph.group(question.filter);
    case Kind::distinct: {
      bool seen[256] = {false};
      double count = 0;
      for (int32_t id = 1; id <= graph.nodeCount; ++id) count += !seen[graph.age[id]], seen[graph.age[id]] = true;
      return graph.takeNumbers({count});
    }
    case Kind::count: return graph.takeNumbers({double(graph.nodeCount), double(graph.nodeCount)});
    case Kind::extremes: {
      int32_t least = graph.age[1], most = least;
      int64_t sum = 0;
      for (int32_t id = 1; id <= graph.nodeCount; ++id) {
        least = std::min(least, graph.age[id]);
        most = std::max(most, graph.age[id]);
        sum += graph.age[id];
      }
      return graph.takeNumbers({double(least), double(most), double(sum) / graph.nodeCount});
    }
    case Kind::expansion: {
      int32_t count = graph.ends(a, question.hops);
      return graph.takeIds(graph.sets[question.hops], count, question.filter);
    }
    case Kind::neighbours: {
      int32_t count = graph.within(a, question.hops);
      return graph.takeIds(graph.sets[1], count, question.filter);
    }
    case Kind::neighbourData: {
      int32_t count = graph.within(a, question.hops);
      return graph.takeNodes(graph.sets[1], count, question.filter);
    }
    case Kind::cycle:
      for (int32_t *place = graph.out.begin(a), *end = graph.out.end(a); place < end; ++place)
        if (graph.out.has(*place, a)) answer.nodes.push_back(graph.node(*place));
      answer.rows = answer.nodes.size();
      return;
    case Kind::patternShort:
      if (graph.out.begin(a) < graph.out.end(a)) graph.takeNode(*graph.out.begin(a));
      return;
    case Kind::patternLong: return graph.patternLong(a);
    case Kind::shortest: return graph.shortest(a, b, question.filter);
    case Kind::topInDegree: return graph.topInDegree();
    case Kind::agePairs: return graph.agePairs();
    case Kind::vertexWrite:
      graph.madeNodes.push_back(a);
      answer.rows = 1;
      return;
    case Kind::edgeWrite:
      graph.madeEdges.push_back({a, b});
      answer.rows = 1;
      return;
    case Kind::update: graph.property[a] = -1; return;
  }
}

double checksum(const Question& question, const Answer& answer) {
  double sum = 0;
  const auto& numbers = answer.numbers;
  switch (question.kind) {
    case Kind::read:
      for (const Node& node : answer.nodes) sum += node.age;
      return sum;
    case Kind::expansion:
    case Kind::neighbours:
      for (int32_t id : answer.ids) sum += idChecksum(id);
      return sum;
    case Kind::neighbourData:
      for (const Node& node : answer.nodes) sum += idChecksum(node.id) + node.age;
      return sum;
    case Kind::cycle:
      for (const Node& node : answer.nodes) sum += idChecksum(node.id);
      return sum;
    case Kind::aggregate:
    case Kind::topInDegree:
      for (size_t place = 0; place < numbers.size(); place += 2) sum += numbers[place] * numbers[place + 1];
      return sum;
    case Kind::agePairs:
      for (size_t pair = 0; pair < numbers.size(); ++pair)
        sum += numbers[pair] * (3 * std::string(kGenders[pair >> 1]).size() + std::string(kGenders[pair & 1]).size());
      return sum;
    case Kind::distinct:
    case Kind::count:
    case Kind::extremes:
      for (double number : numbers) sum += number;
      return sum;
    case Kind::shortest: return answer.ids.size();
    default: return 0;
  }
}

struct Limits {
  size_t samplesMax;
  double budgetMs;
};

using Parameters = std::vector<std::pair<int32_t, int32_t>>;

void measure(Graph& graph, const Question& question, const Parameters& parameters, const Limits& limits) {
  auto start = Clock::now();
  for (size_t turn = 0; turn < 5000 && millisecondsSince(start) < limits.budgetMs / 3; ++turn) {
    auto& [a, b] = parameters[turn % parameters.size()];
    ask(graph, question, a, b);
  }
  start = Clock::now();
  const size_t samplesMax = std::min(limits.samplesMax, parameters.size());
  for (size_t sample = 0; sample < samplesMax && (sample < 3 || millisecondsSince(start) < limits.budgetMs); ++sample) {
    auto& [a, b] = parameters[sample];
    auto began = Clock::now();
    ask(graph, question, a, b);
    double ms = millisecondsSince(began);
    if (ms < kShortMs) {
      int repetitions = std::min(kRepetitionsMax, static_cast<int>(kShortMs / std::max(ms, 0.0001)) + 1);
      began = Clock::now();
      for (int repetition = 0; repetition < repetitions; ++repetition) ask(graph, question, a, b);
      ms = millisecondsSince(began) / repetitions;
    }
    std::printf("%s%.6g", sample ? "," : "", ms);
  }
}

Column readColumn(std::ifstream& file, size_t length) {
  Column column(length);
  file.read(reinterpret_cast<char*>(column.data()), length * sizeof(int32_t));
  return column;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) return 2;
  std::ifstream columns(arguments[1], std::ios::binary);
  const Column header = readColumn(columns, 2);
  const Column source = readColumn(columns, header[1]), target = readColumn(columns, header[1]);
  auto start = Clock::now();
  Graph graph(header[0], source, target);
  const double loadMs = millisecondsSince(start);
  for (Column* column : {&graph.completion, &graph.gender, &graph.age}) *column = readColumn(columns, header[0] + 1);
  if (!columns) return 1;
  std::printf("{\"loadMs\":%.3f}\n", loadMs);
  const Limits limits{std::strtoul(arguments[3], nullptr, 10), std::atof(arguments[4])};
  std::ifstream list(arguments[2]);
  std::string word, name;
  size_t checks, samples;
  while (list >> word >> name >> checks >> samples) {
    Parameters toCheck(checks), toMeasure(samples);
    for (auto& [a, b] : toCheck) list >> a >> b;
    for (auto& [a, b] : toMeasure) list >> a >> b;
    Question question;
    if (!parse(name, question)) continue;
    std::printf("{\"name\":\"%s\",\"digests\":[", name.c_str());
    for (size_t check = 0; check < checks; ++check) {
      ask(graph, question, toCheck[check].first, toCheck[check].second);
      std::printf("%s{\"rows\":%lld,\"sum\":%.17g}", check ? "," : "", static_cast<long long>(graph.answer.rows),
                  checksum(question, graph.answer));
    }
    std::printf("],\"times\":[");
    measure(graph, question, toMeasure, limits);
    std::printf("]}\n");
    std::fflush(stdout);
  }
}
