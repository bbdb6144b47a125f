#include "tests/load/reports.h"

#include <array>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace mamori::load {
namespace {

struct Scene {
  v1::ReportKind kind;
  v1::ActorRelation relation;
  v1::Channel channel;
  std::string_view narrative;
  std::string_view wish;
};

constexpr v1::ReportKind kCustomer = v1::REPORT_KIND_CUSTOMER_HARASSMENT;
constexpr v1::ReportKind kInternal = v1::REPORT_KIND_INTERNAL_HARASSMENT;

constexpr std::array<Scene, 6> kScenes = {{
    {kCustomer, v1::ACTOR_RELATION_CUSTOMER, v1::CHANNEL_PHONE,
     "料金の請求について問い合わせの電話を受けました。説明をしても納得されず、「ばか」「おまえでは"
     "話に"
     "ならない」と三十分以上にわたり怒鳴られました。上司に代わると伝えたところ、担当者の名前を言え"
     "、"
     "家まで行くぞと言われ、とても怖かったです。翌日も同じ方から七回続けて電話があり、そのたびに同"
     "じ"
     "説明を求められました。ほかのお客様の対応ができず、同僚も電話に出ることをためらっています。",
     "一人で対応しなくてよい体制にしてほしい。"},
    {kCustomer, v1::ACTOR_RELATION_END_USER, v1::CHANNEL_SNS,
     "障害のお知らせを出した直後から、窓口の担当者を名指しした書き込みが続いています。顔写真と勤務"
     "先の"
     "住所が載せられ、「こいつを辞めさせるまで続ける」と書かれていました。消してほしいと連絡しまし"
     "たが、"
     "返事のかわりに新しい投稿が増えました。投稿の一つには帰り道の駅の名前も書かれており、担当者は"
     "夜の勤務を外してほしいと話しています。画面の写しはすべて保存してあります。",
     "投稿を消すように求めてほしい。"},
    {kCustomer, v1::ACTOR_RELATION_BUSINESS_PARTNER, v1::CHANNEL_EMAIL,
     "取引先の部長から、契約にない作業を無料で行うように何度もメールで求められています。断ると「契"
     "約を"
     "打ち切る」「損害賠償を請求する」と書かれ、深夜や休日にも返信を急がされます。先週は一日に十二"
     "通の"
     "メールが届き、土下座して謝れという言葉もありました。担当の社員は眠れない日が続いており、別の"
     "者が"
     "返信しても本人を出せと言われます。これまでの経緯はすべて受信箱に残してあります。",
     "会社として相手の会社に申し入れてほしい。"},
    {kInternal, v1::ACTOR_RELATION_INTERNAL_SUPERIOR, v1::CHANNEL_INTERVIEW,
     "月に一度の面談で、課長から一時間近く立たされたまま叱られました。ほかの社員にも聞こえる声で「"
     "給料"
     "泥棒」「辞めてしまえ」と言われ、机をたたかれました。その後も私だけ会議に呼ばれず、作業の資料"
     "も"
     "渡されません。先月から急に仕事を取り上げられ、朝になると胸が苦しくなります。同じ班の二人も似"
     "た"
     "扱いを受けており、うち一人は休職しました。人事に話すと評価が下がると言われています。",
     "課長と別の部署で働きたい。"},
    {kInternal, v1::ACTOR_RELATION_INTERNAL_PEER, v1::CHANNEL_CHAT,
     "同じ課の先輩から、業務用のチャットで容姿や私生活について繰り返し聞かれています。答えないでい"
     "ると"
     "二人で食事に行こうと誘われ、断った翌日から無視されるようになりました。飲み会では肩に手を回さ"
     "れ、"
     "やめてくださいと言っても笑われました。ほかの人の前では親切にされるので、相談しても信じてもら"
     "え"
     "ないのではないかと不安です。やり取りの画面は日付がわかるように残してあります。",
     "相手に知られずに話を聞いてほしい。"},
    {kCustomer, v1::ACTOR_RELATION_FORMER_CUSTOMER, v1::CHANNEL_IN_PERSON,
     "解約された方が受付に来られ、返金の約束があったと主張されました。記録にはないことを説明しまし"
     "たが、"
     "三時間にわたり居座り、ほかの来客に向かって「この会社は詐欺だ」と大声を出されました。警備員が"
     "来る"
     "と帰られましたが、翌日も同じ時刻に来られ、受付の者の名札を写真に撮って「覚えておけ」と言われ"
     "ました。"
     "受付は二人だけで、一人は来客のたびに手が震えると話しています。防犯カメラの映像があります。",
     "来られたときの手順を決めてほしい。"},
}};

constexpr std::array<std::string_view, 6> kPlaces = {
    "本社三階の窓口", "大阪支店の電話室", "受付", "第二会議室", "在宅勤務中の自宅", "配送の現場"};

}  // namespace

std::vector<v1::Report> MakeReports(int count, const std::string& company, absl::Time now) {
  const int64_t now_seconds = absl::ToUnixSeconds(now);
  std::vector<v1::Report> reports;
  reports.reserve(count);
  for (int i = 0; i < count; ++i) {
    const Scene& scene = kScenes[i % kScenes.size()];
    v1::Report& report = reports.emplace_back();
    report.set_company(company);
    report.set_kind(scene.kind);
    report.set_narrative(absl::StrCat("受付番号", 10000 + i, "。", std::string(scene.narrative)));
    report.set_language("ja");
    v1::AffectedPerson* affected = report.add_affected();
    affected->set_person(absl::StrCat("担当 佐藤", i));
    affected->set_relation_to_reporter(i % 2 == 0 ? "self" : "同僚");
    v1::AllegedActor* actor = report.add_actors();
    actor->set_person(absl::StrCat("田中 一郎", i));
    actor->set_organisation(absl::StrCat("株式会社みほん", i % 37));
    actor->set_relation(scene.relation);
    if (scene.channel == v1::CHANNEL_SNS) actor->set_online_handle(absl::StrCat("@mihon", i));
    for (int n = 0; n <= i % 3; ++n) {
      v1::Occurrence* occurrence = report.add_occurrences();
      occurrence->mutable_start_time()->set_seconds(now_seconds - 3600 * (i % 200 + 24 * n + 1));
      occurrence->mutable_end_time()->set_seconds(now_seconds - 3600 * (i % 200 + 24 * n) - 600);
      occurrence->set_channel(scene.channel);
      occurrence->set_place(std::string(kPlaces[(i + n) % kPlaces.size()]));
      if (scene.channel == v1::CHANNEL_SNS) {
        occurrence->add_urls(absl::StrCat("https://sns.example/posts/", 100000 + i, "/", n));
      }
    }
    report.set_contact_count(1 + i % 13);
    report.set_total_minutes(10 + i % 240);
    report.set_wish(std::string(scene.wish));
    if (i % 4 != 0) {
      report.mutable_reporter()->set_person(absl::StrCat("鈴木 花子", i));
      report.mutable_reporter()->set_contact("内線 1234");
    }
  }
  return reports;
}

}  // namespace mamori::load
