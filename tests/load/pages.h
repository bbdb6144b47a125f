// Reads what is needed around a measurement: pages to begin at, and which case a report became.
#ifndef MAMORI_TESTS_LOAD_PAGES_H_
#define MAMORI_TESTS_LOAD_PAGES_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/load/calls.h"

namespace mamori::load {

// The page tokens of the whole list of `method` (list_reports or list_cases), one per 1,000 items
// and the empty one of the beginning, without the last (whose page may be short). A failed call's
// status otherwise.
grpc::Status WalkTokens(const std::string& method, const std::shared_ptr<grpc::Channel>& channel,
                        const CallOptions& options, std::vector<std::string>& tokens);

// The case of every report in `reports`, in their order. A failed call's status otherwise.
grpc::Status FindCases(const std::vector<std::shared_ptr<grpc::Channel>>& channels,
                       const CallOptions& options, const std::vector<std::string>& reports,
                       std::vector<std::string>& cases);

}  // namespace mamori::load

#endif  // MAMORI_TESTS_LOAD_PAGES_H_
