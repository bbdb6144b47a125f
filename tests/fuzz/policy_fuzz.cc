// A policy file, as somebody's editor leaves it.
#include <google/protobuf/text_format.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/policy/check.h"
#include "mamori/v1/policy.pb.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mamori::v1::Policy policy;
  google::protobuf::TextFormat::Parser parser;
  parser.SetRecursionLimit(50);
  if (!parser.ParseFromString(std::string(reinterpret_cast<const char*>(data), size), &policy)) {
    return 0;
  }
  for (const auto& problem : mamori::policy::Check(policy)) {
    if (problem.what.empty()) std::abort();
  }
  return 0;
}
