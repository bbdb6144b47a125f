// Inspections with an inspector that looks as a test tells it.
#ifndef MAMORI_SERVICES_INTAKE_TEST_INSPECTIONS_FIXTURE_H_
#define MAMORI_SERVICES_INTAKE_TEST_INSPECTIONS_FIXTURE_H_

#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "services/intake/inspections.h"
#include "services/intake/test_evidence_fixture.h"

namespace mamori::intake {

using inspection::Inspection;

// Looks as a test tells it, and counts.
class FakeInspector final : public inspection::Inspector {
 public:
  using Look = std::function<absl::StatusOr<Inspection>(inspection::Source&, inspection::Sink&)>;
  explicit FakeInspector(Look look) : look(std::move(look)) {}
  absl::StatusOr<Inspection> Inspect(inspection::Source& original,
                                     inspection::Sink& derivative) override {
    ++looked;
    return look(original, derivative);
  }
  void Stop() override { stopped = true; }
  Look look;
  int looked = 0;
  std::atomic<bool> stopped{false};
};

// Reads it to the end; its derivative is the file without its first byte.
inline absl::StatusOr<Inspection> Clean(inspection::Source& original,
                                        inspection::Sink& derivative) {
  for (bool first = true;; first = false) {
    const auto bytes = original.Next();
    if (!bytes.ok()) return bytes.status();
    if (bytes->empty()) break;
    const absl::Status written = derivative.Write(std::string_view(*bytes).substr(first ? 1 : 0));
    if (!written.ok()) return written;
  }
  return Inspection{
      .media_type = "audio/wav", .malware = Inspection::kClean, .has_derivative = true};
}

inline absl::StatusOr<Inspection> Infected(inspection::Source& original,
                                           inspection::Sink& derivative) {
  auto found = Clean(original, derivative);
  if (!found.ok()) return found;
  found->malware = Inspection::kInfected;
  found->malware_reason = "Eicar-Test";
  return found;
}

// Keeps what it is told last, and counts.
class KeptTelemetry final : public telemetry::Telemetry {
 public:
  void Log(telemetry::Level, std::string_view, const telemetry::Labels&) override {}
  void RecordCall(std::string_view, std::string_view, absl::Duration, std::string_view,
                  std::string_view) override {}
  void MeasureCall(std::string_view, std::string_view, absl::Duration) override {}
  void Count(std::string_view name, const telemetry::Labels& labels, double by) override {
    for (const auto& [label, value] : labels) values[absl::StrCat(View(name), " ", value)] += by;
  }
  void Gauge(std::string_view name, double value, const telemetry::Labels&) override {
    values[std::string(name)] = value;
  }
  void Observe(std::string_view name, absl::Duration, const telemetry::Labels&) override {
    values[std::string(name)] += 1;
  }
  std::map<std::string, double> values;

 private:
  static absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }
};

class InspectionsTest : public EvidenceTest {
 protected:
  Inspections Worker(inspection::Inspector& inspector) {
    return Inspections({database_.transactor(), evidence_store_, blobs_, TestSeal().sealer(),
                        inspector, fake_clock_, ids_, telemetry_, [this] { ++told_; }},
                       {});
  }

  // Ahead, so that the time that passes brings nothing near its deadline.
  int told_ = 0;  // events
  time::FakeClock fake_clock_{clock_.Now() + absl::Hours(1)};
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_TEST_INSPECTIONS_FIXTURE_H_
