// ListSimilarReports with 100 thousand sketches on the real database (MAMORI_TEST_DB): the whole
// way but the call to intake, whose reports lie in memory here. Run by hand:
//
//   similarity_benchmark [REPORTS] [QUERIES]
//
// Prints percentiles, and what the process holds before the first query, after it, and at the end.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "services/triage/similarity.h"
#include "services/triage/sql_actor_store.h"
#include "services/triage/sql_sketch_store.h"
#include "services/triage/test_triage_fixture.h"

namespace mamori::triage {
namespace {

constexpr char kTenant[] = "t";

// Resident memory in MiB.
double Resident() {
  std::ifstream file("/proc/self/statm");
  long total = 0, resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident * sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// A report of some 250 letters, of sentences that many reports have and words that few have.
std::string Narrative(std::mt19937& random, const std::vector<std::string>& sentences) {
  std::string text;
  for (int i = 0; i < 5; ++i) text += sentences[random() % sentences.size()];
  for (int i = 0; i < 40; ++i) {
    const char32_t letter = U'一' + random() % 6000;
    text.push_back(static_cast<char>(0xe0 | letter >> 12));
    text.push_back(static_cast<char>(0x80 | (letter >> 6 & 0x3f)));
    text.push_back(static_cast<char>(0x80 | (letter & 0x3f)));
  }
  return text;
}

[[noreturn]] void Fail(const char* what, const absl::Status& status) {
  std::fprintf(stderr, "%s: %s\n", what, std::string(status.message()).c_str());
  std::exit(1);
}

class Bench : public TriageFixture {
 public:
  void TestBody() override {}

  Bench()
      : actor_store_(database_.transactor(), clock_, seal_, keys_.sealer()),
        sketch_store_(database_.transactor()),
        index_(sketch_store_, clock_, {}),
        similarity_({index_, sketch_store_, actor_store_, access_store_, gate_, source_, memory_,
                     tokenizer_}) {}

  // Every report in a case of its own, taken in as triage takes it.
  void Load(int count) {
    std::ifstream file(testing::SourceRoot() + "/services/triage/testdata/benign_ja.txt");
    std::vector<std::string> sentences;
    for (std::string line; std::getline(file, line) && sentences.size() < 400;)
      sentences.push_back(line);
    std::mt19937 random(1);
    for (int done = 0; done < count;) {
      std::vector<mamori::v1::Event> events;
      for (int i = 0; i < 500 && done < count; ++i, ++done) {
        events.push_back(Receive(Narrative(random, sentences)));
        source_.reports[{kTenant, events.back().subject_id()}].mutable_reporter()->set_person("r");
        reports_.push_back(events.back().subject_id());
      }
      TakeIn(std::move(events));
    }
    // Over a year: what came within the last half minute is read again by each query.
    database_.Run("UPDATE report_sketch SET create_time = create_time - 31536000000000 * RAND(1)");
  }

  void Query(int count) {
    std::mt19937 random(2);
    std::vector<double> took;
    std::printf(
        "resident before the first query: %.0f MiB (%.0f of it the reports of this benchmark)\n",
        Resident(), ReportMiB());
    for (int i = 0; i <= count; ++i) {
      v1::ListSimilarReportsRequest request;
      request.set_name(id::Name("reports", reports_[random() % reports_.size()]));
      const absl::Time begin = clock_.Now();
      const server::CallContext call =
          Call("/mamori.triage.v1.SimilarityService/ListSimilarReports");
      if (const auto list = similarity_.List(call, request); !list.ok())
        Fail("asking", list.status());
      const double ms = absl::ToDoubleMilliseconds(clock_.Now() - begin);
      if (i == 0) {
        std::printf(
            "first query, which reads all sketches and the dictionary: %.0f ms; resident %.0f "
            "MiB\n",
            ms, Resident());
      } else {
        took.push_back(ms);
      }
    }
    std::sort(took.begin(), took.end());
    const auto at = [&](double part) {
      return took[static_cast<size_t>(part * static_cast<double>(took.size() - 1))];
    };
    std::printf(
        "%d reports, %d queries: p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, longest %.1f ms; resident "
        "%.0f MiB\n",
        static_cast<int>(reports_.size()), count, at(0.5), at(0.95), at(0.99), took.back(),
        Resident());
  }

 private:
  // What another's load kept from being taken in is taken in again: an event counts once.
  void TakeIn(std::vector<mamori::v1::Event> events) {
    absl::Status last;
    for (int attempt = 0; attempt < 10 && !events.empty(); ++attempt) {
      const auto applied = Apply(events);
      std::vector<mamori::v1::Event> again;
      for (size_t i = 0; i < events.size(); ++i) {
        if (applied[i].ok()) continue;
        last = applied[i];
        again.push_back(std::move(events[i]));
      }
      events = std::move(again);
    }
    if (!events.empty()) Fail("loading", last);
  }

  double ReportMiB() const {
    size_t bytes = 0;
    for (const auto& [key, report] : source_.reports) bytes += report.SpaceUsedLong() + 200;
    return static_cast<double>(bytes) / (1 << 20);
  }

  std::vector<id::Id> reports_;
  SqlActorStore actor_store_;
  SqlSketchStore sketch_store_;
  SketchIndex index_;
  text::LazyTokenizer tokenizer_;
  Similarity similarity_;
};

}  // namespace
}  // namespace mamori::triage

int main(int argc, char** argv) {
  const int reports = argc > 1 ? std::atoi(argv[1]) : 100'000;
  const int queries = argc > 2 ? std::atoi(argv[2]) : 500;
  mamori::triage::Bench bench;
  bench.Load(reports);
  bench.Query(queries);
  return 0;
}
