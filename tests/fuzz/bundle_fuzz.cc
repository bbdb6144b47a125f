// Evidence bundles that anybody may have made. The first byte says how the rest is taken: as an
// archive, or as one document of a bundle that is rightly signed, so that whatever reads documents
// is reached.
#include <sodium.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/bundle/documents.h"
#include "common/bundle/names.h"
#include "common/bundle/test_bundle.h"

namespace {

using mamori::bundle::MemorySource;
using mamori::bundle::TestBundle;

void Require(bool held) {
  if (!held) std::abort();
}

const TestBundle& Whole() {
  static const auto* const whole = new TestBundle();
  return *whole;
}

// What is accepted is what the writer makes of the same entries.
void CheckForm(const std::string& bytes) {
  MemorySource source(bytes);
  const auto entries = mamori::bundle::Scan(source);
  if (!entries.ok()) return;
  std::string again;
  for (const auto& one : *entries) {
    Require(mamori::bundle::WhatIsWrongWith(one.name).empty());
    again += mamori::bundle::Header(one.name, one.size) + *source.Read(one.offset, one.size) +
             std::string(mamori::bundle::PaddingAfter(one.size), '\0');
  }
  Require(again + mamori::bundle::End() == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 8 == 0) {
    CheckForm(text);
    MemorySource source(text);
    const auto verdict = mamori::bundle::Verify(source, Whole().Given());
    // Nobody here can sign but the bundle that is signed already.
    Require(verdict.ok() && (!verdict->problems.empty() || text == Whole().Archive()));
    return 0;
  }
  TestBundle bundle = Whole();
  auto entry = bundle.entries.begin();
  std::advance(entry, data[0] % bundle.entries.size());
  const bool is_file = mamori::bundle::KindOf(entry->first) == mamori::bundle::Kind::kFile;
  const bool same = entry->second == text;
  // Intake's proofs stand by themselves, whoever signs the manifest.
  const bool proved = entry->first.starts_with("intake/content/");
  entry->second = text;
  MemorySource source(bundle.Archive());
  const auto verdict = mamori::bundle::Verify(source, bundle.Given());
  Require(verdict.ok());
  if (proved && !is_file && !same && verdict->problems.empty()) {
    // Only another way to write the same document may pass.
    mamori::v1::CommittedContent before, after;
    Require(mamori::bundle::FromJson(Whole().entries.at(entry->first), before).ok() &&
            mamori::bundle::FromJson(text, after).ok());
    Require(before.content() == after.content() && before.random() == after.random());
  }
  return 0;
}
