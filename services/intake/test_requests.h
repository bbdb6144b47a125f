// Requests that are right in every field, for tests to spoil.
#ifndef MAMORI_SERVICES_INTAKE_TEST_REQUESTS_H_
#define MAMORI_SERVICES_INTAKE_TEST_REQUESTS_H_

#include <string>

#include "absl/time/time.h"
#include "common/server/caller.h"
#include "mamori/intake/v1/intake_service.pb.h"

namespace mamori::intake {

inline absl::Time TestNow() { return absl::FromUnixSeconds(1'700'000'000); }

inline server::CallContext TestCall(const std::string& tenant = "acme",
                                    absl::Time deadline = absl::InfiniteFuture()) {
  return {.method = "/test/Method",
          .caller = "spiffe://mamori.internal/app/portal",
          .tenant = tenant,
          .request_id = "call-1",
          .deadline = deadline};
}

inline v1::SubmitReportRequest GoodSubmit(const std::string& request_id = "request-0001") {
  v1::SubmitReportRequest request;
  request.set_request_id(request_id);
  mamori::v1::Report& report = *request.mutable_report();
  report.set_company("east-1");
  report.set_kind(mamori::v1::REPORT_KIND_CUSTOMER_HARASSMENT);
  report.set_narrative("電話で三時間、同じことを言われ続けた。\nHe shouted.");
  report.set_language("ja");
  auto& affected = *report.add_affected();
  affected.set_person("窓口担当");
  affected.set_relation_to_reporter("self");
  auto& actor = *report.add_actors();
  actor.set_organisation("株式会社例");
  actor.set_relation(mamori::v1::ACTOR_RELATION_CUSTOMER);
  auto& occurrence = *report.add_occurrences();
  occurrence.mutable_start_time()->set_seconds(1'699'990'000);
  occurrence.mutable_end_time()->set_seconds(1'699'999'000);
  occurrence.set_channel(mamori::v1::CHANNEL_PHONE);
  occurrence.set_place("三階");
  occurrence.add_urls("https://example.com/reviews/1");
  report.set_contact_count(3);
  report.set_total_minutes(180);
  report.set_wish("担当を替えてほしい");
  report.mutable_reporter()->set_person("報告者");
  return request;
}

inline v1::SupplementReportRequest GoodSupplement(const std::string& report) {
  v1::SupplementReportRequest request;
  request.set_request_id("supplement-1");
  request.set_name(report);
  request.mutable_supplement()->set_kind(mamori::v1::SUPPLEMENT_KIND_ADDITION);
  request.mutable_supplement()->set_text("He called again.");
  request.mutable_supplement()->set_language("en");
  return request;
}

inline v1::RecordContactRequest GoodContact(const std::string& report = "") {
  v1::RecordContactRequest request;
  request.set_request_id("contact-0001");
  mamori::v1::Contact& contact = *request.mutable_contact();
  contact.set_company("east-1");
  contact.set_report(report);
  contact.mutable_actor()->set_online_handle("@example");
  contact.mutable_actor()->set_relation(mamori::v1::ACTOR_RELATION_PUBLIC);
  contact.mutable_start_time()->set_seconds(1'699'990'000);
  contact.set_minutes(20);
  contact.set_channel(mamori::v1::CHANNEL_SNS);
  contact.set_demand("a refund of everything");
  return request;
}

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_TEST_REQUESTS_H_
