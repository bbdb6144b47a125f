#include "services/intake/contacts.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/idempotency/hash.h"
#include "common/status/macros.h"
#include "services/intake/methods.h"
#include "services/intake/page.h"
#include "services/intake/records.h"
#include "services/intake/validate.h"

namespace mamori::intake {

absl::StatusOr<mamori::v1::Contact> Contacts::Record(const server::CallContext& call,
                                                     const v1::RecordContactRequest& request) {
  const absl::Time now = clock_.Now();
  RETURN_IF_ERROR(ValidateRecordContact(request, now));
  const NewContact contact = MakeNewContact(call, request, ids_.NewId(), now);
  ASSIGN_OR_RETURN(const std::string answer, store_.AddContact(contact, call.deadline));
  mamori::v1::Contact response;
  if (!response.ParseFromString(answer)) {
    return absl::InternalError("a stored answer cannot be parsed");
  }
  return response;
}

absl::StatusOr<v1::ListContactsResponse> Contacts::List(const server::CallContext& call,
                                                        const v1::ListContactsRequest& request) {
  RETURN_IF_ERROR(ValidateListContacts(request));
  const std::string digest =
      idempotency::Hash({call.tenant, kListContacts, request.company(), request.report()});
  ASSIGN_OR_RETURN(Position position, FromPageToken(request.page_token(), digest));
  ContactFilter filter{.company = request.company()};
  if (!request.report().empty()) {
    filter.report_id = id::FromName("reports", request.report()).value();
  }
  const int page_size = PageSize(request.page_size());
  v1::ListContactsResponse response;
  size_t bytes = 0;
  while (true) {
    const int limit = std::min(kRowsPerRead, page_size - response.contacts_size() + 1);
    ASSIGN_OR_RETURN(const std::vector<StoredContact> rows,
                     store_.ListContacts(call.tenant, filter, position, limit, call.deadline));
    for (const StoredContact& row : rows) {
      if (response.contacts_size() == page_size ||
          (bytes > 0 && bytes + row.body.size() > kMaxAnswerBytes)) {
        response.set_next_page_token(ToPageToken(position, digest));
        return response;
      }
      bytes += row.body.size();
      position = {.create_micros = absl::ToUnixMicros(row.create_time), .id = row.contact_id};
      ASSIGN_OR_RETURN(*response.add_contacts(), ToContact(row));
    }
    if (static_cast<int>(rows.size()) < limit) return response;
  }
}

}  // namespace mamori::intake
