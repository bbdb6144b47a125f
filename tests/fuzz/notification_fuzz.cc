// Requests to notification: batches of events, lists, and addresses of webhooks.
#include "services/notification/validate.h"
#include "tests/fuzz/requests.h"

namespace {

using namespace mamori::notification;  // NOLINT: a program of its own

template <typename Request>
void Of(const std::string& bytes) {
  mamori::fuzz::TryRequest<Request>(bytes, [](const Request& one) { return Validate(one); });
}

template <typename Request>
void ToAddress(const std::string& bytes) {
  static const AddressPolicy addresses;
  mamori::fuzz::TryRequest<Request>(bytes,
                                    [](const Request& one) { return Validate(one, addresses); });
}

void Events(const std::string& bytes) {
  mamori::fuzz::TryEvents<v1::IngestEventsRequest>(
      bytes, kMaxEvents, [](const v1::IngestEventsRequest& one) { return Validate(one); },
      ValidateEvent);
}

// One that is accepted leads by TLS to a host, and carries no password.
void Url(const std::string& bytes) {
  static const AddressPolicy addresses;
  if (!UrlFault(bytes, addresses).empty()) return;
  mamori::fuzz::Require(bytes.starts_with("https://"));
  // Up to there (RFC 3986, 3.2) it says who and where; an @ further on is a letter of the query.
  const std::string authority = bytes.substr(8, bytes.find_first_of("/?#", 8) - 8);
  mamori::fuzz::Require(authority.find('@') == std::string::npos);
}

constexpr mamori::fuzz::Try kKinds[] = {
    Events,
    Of<v1::ListNotificationsRequest>,
    Of<v1::ListDeliveriesRequest>,
    Of<v1::ListDeadLettersRequest>,
    Of<v1::RetryDeliveryRequest>,
    Of<v1::AcknowledgeNotificationRequest>,
    ToAddress<v1::CreateWebhookEndpointRequest>,
    ToAddress<v1::UpdateWebhookEndpointRequest>,
    Of<v1::RotateWebhookSecretRequest>,
    Url,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  mamori::fuzz::TryOne(kKinds, data, size);
  return 0;
}
