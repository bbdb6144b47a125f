#include "services/triage/grpc_contact_source.h"

#include <algorithm>
#include <utility>

#include "common/client/channel.h"
#include "common/status/errors.h"
#include "common/status/macros.h"

namespace mamori::triage {
namespace {

constexpr size_t kMaxNames = 500;

}  // namespace

absl::StatusOr<std::map<id::Id, mamori::v1::Contact>> GrpcContactSource::ReadContacts(
    const std::string& tenant, const std::vector<id::Id>& ids, absl::Time deadline) {
  std::vector<std::string> names;
  for (const id::Id& id : ids) names.push_back(id::Name("contacts", id));
  std::map<id::Id, mamori::v1::Contact> contacts;
  while (!names.empty()) {
    intake::v1::BatchGetContactsRequest request;
    const size_t count = std::min(names.size(), kMaxNames);
    for (size_t i = 0; i < count; ++i) request.add_names(names[i]);
    request.set_tenant(tenant);
    intake::v1::BatchGetContactsResponse response;
    const auto context = client::MakeContext(deadline);
    RETURN_IF_ERROR(
        status::FromGrpcStatus(stub_->BatchGetContacts(context.get(), request, &response)));
    if (response.remaining_size() >= static_cast<int>(count)) {
      return absl::InternalError("intake answered a batch without any progress");
    }
    for (mamori::v1::Contact& contact : *response.mutable_contacts()) {
      ASSIGN_OR_RETURN(id::Id id, id::FromName("contacts", contact.name()));
      contacts[std::move(id)] = std::move(contact);
    }
    names.erase(names.begin(), names.begin() + static_cast<ptrdiff_t>(count));
    names.insert(names.end(), response.remaining().begin(), response.remaining().end());
  }
  return contacts;
}

}  // namespace mamori::triage
