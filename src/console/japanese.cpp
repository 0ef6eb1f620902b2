// Details of errors in Japanese. A detail is looked up as it stands; "{1}" to "{4}" stand for its changing parts
// (numbers, names, paths, what the system says), which may come in another order in Japanese. The first row that fits
// is taken, so that longer ones stand before those that begin alike. A test holds that no row has lost its detail in
// the source.
#include "console/japanese.hpp"

#include <array>
#include <optional>
#include <string>

#include "rakkan/console/error_report.hpp"

namespace rakkan::console {
namespace {

// clang-format off
// An array of the language: clang deduces no std::array of so many rows.
constexpr Translation kRows[] = {
  // The command line of both programs.
  Translation{"unknown option {1}: {2} lists the options", "オプション{1}はありません。{2}で一覧を表示します"},
  Translation{"unknown command \"{1}\": {2} lists the commands", "コマンド「{1}」はありません。{2}で一覧を表示します"},
  Translation{"unexpected word \"{1}\": {2} explains the command", "「{1}」は余分な引数です。{2}で使い方を表示します"},
  Translation{"unknown word \"{1}\"", "「{1}」は認識できません"},
  Translation{"--config needs a file", "--configにはファイル名が必要です"},
  Translation{"there is no signature of that name", "その名前の署名はありません"},
  Translation{"neither a policy of that name nor a file", "その名前の検証ポリシーもファイルもありません"},
  Translation{"neither a certificate nor a trust file", "証明書でもトラストファイルでもありません"},
  Translation{"neither certificates nor a CRL nor an OCSP response", "証明書、CRL、OCSPレスポンスのいずれでもありません"},
  Translation{"neither a PDF nor a CMS message nor a timestamp token", "PDF、CMS、タイムスタンプトークンのいずれでもありません"},
  Translation{"the file is empty", "ファイルが空です"},
  Translation{"too many files in the folder", "フォルダー内のファイルが多すぎます"},
  Translation{"too many files to verify at once", "一度に検証できるファイル数を超えています"},
  Translation{"no signed file in the folder", "フォルダーに署名済みファイルがありません"},
  Translation{"this is for one file alone", "一つのファイルを検証する場合だけ指定できます"},
  Translation{"the response is about another certificate", "レスポンスは別の証明書についてのものです"},
  Translation{"which configuration? --config FILE", "設定ファイルを --config FILE で指定してください"},
  Translation{"A subcommand is required", "コマンドを指定してください"},
  Translation{"the field requires {1}", "フィールドの条件: {1}"},
  Translation{"{1} is required", "{1}を指定してください"},
  Translation{"{1} requires {2}", "{1}には{2}も必要です"},
  Translation{"{1} excludes {2}", "{1}と{2}は同時に指定できません"},
  Translation{"{1}: {2} not in {{3}}", "{1}: {2}は指定できません。次のいずれかです: {3}"},
  Translation{"{1}: an http or https URL is needed", "{1}: httpまたはhttpsのURLが必要です"},
  Translation{"Could not convert: {1}", "値を解釈できません: {1}"},
  Translation{"--set takes KEY=VALUE", "--setは KEY=VALUE の形で指定してください"},
  Translation{"--key-id is not hexadecimal", "--key-idが16進数ではありません"},
  Translation{"--code, --pin-file, --reset or --withdraw-code", "--code、--pin-file、--reset、--withdraw-codeのいずれかを指定してください"},
  Translation{"--old-pin-file or --code-file", "--old-pin-fileまたは--code-fileを指定してください"},
  Translation{"the digest is not hexadecimal", "ハッシュ値が16進数ではありません"},
  Translation{"the digest does not fit its algorithm", "ハッシュ値の長さがアルゴリズムと合いません"},
  Translation{"a digest has 32, 48 or 64 bytes, this has {1}", "ハッシュ値は32、48、64バイトのいずれかです(指定は{1}バイト)"},
  Translation{"unknown digest algorithm", "対応していないハッシュアルゴリズムです"},
  Translation{"unknown kind of key", "鍵の種類が不明です"},
  Translation{"unknown signature type or level", "署名の種類またはレベルが正しくありません"},
  Translation{"the records are missing: --subject ID or --index N", "対象の記録を --subject ID または --index N で指定してください"},
  Translation{"erasing cannot be undone: say --yes", "消去は取り消せません。実行するには --yes を付けてください"},
  Translation{"to go on with the folder as it is, say --yes", "このままのフォルダーで続けるには --yes を付けてください"},
  Translation{"a proof is checked with --record FILE and --key VKEY", "証明の検証には --record FILE と --key VKEY が必要です"},
  Translation{"evidence is checked with --key VKEY", "エビデンスの検証には --key VKEY が必要です"},
  Translation{"an exported log is checked with --key VKEY", "エクスポートしたログの検証には --key VKEY が必要です"},
  Translation{"this is the log \"{1}\", for which no key was given", "これはログ「{1}」ですが、その鍵が指定されていません"},
  Translation{"not a checkpoint of a trail or of tokens", "監査証跡またはトークンログのチェックポイントではありません"},
  Translation{"there is no log, although a checkpoint of it was given", "チェックポイントが存在するのに、ログがありません"},
  Translation{"a server makes keys of the tenant of the key used", "サーバーは、使用するAPIキーのテナントのキーだけを作成します"},
  Translation{"the key's tenant is missing: --tenant", "キーの持ち主を --tenant で指定してください"},
  Translation{"not a time like 2027-11-30T00:00:00Z", "2027-11-30T00:00:00Z のような日時ではありません"},
  Translation{"a server stamps by its own unit: --tsa and --server exclude each other", "サーバーは自身のタイムスタンプユニットを使います。--tsaと--serverは同時に指定できません"},
  Translation{"a running server stamps by its own unit, and that profile is another one", "実行中のサーバーは自身のタイムスタンプユニットだけを使います。指定のプロファイルは別のタイムスタンプ局です"},
  Translation{"a server writes its backup onto its own machine: run `rakkan backup` there, without --server", "サーバーはバックアップを自分のマシンに書き込みます。そのマシンで --server を付けずに`rakkan backup`を実行してください"},
  Translation{"the server has written the backup, and it is not there for this command: {1}", "サーバーはバックアップを書き込みましたが、このコマンドからは見えません。サービスから見えるフォルダーが異なります(ユニットのPrivateTmp=、コンテナなど)"},
  Translation{"the folder of a backup is named by an absolute path", "バックアップ先は絶対パスで指定してください"},
  Translation{"the folder of a backup is not the root", "バックアップ先にルートは指定できません"},
  Translation{"the folder that the backup is to lie in is not there; it is not made, since a disk may not be mounted", "バックアップ先の親フォルダーがありません。ディスクがマウントされていない可能性があるため、作成しません"},
  Translation{"a backup in the data folder would be lost with it", "データフォルダー内のバックアップは、データフォルダーとともに失われます"},
  Translation{"a disk is mounted there: name a folder on it", "ディスクのマウントポイントです。その中のフォルダーを指定してください"},
  Translation{"a backup to this folder did not end: remove what is left of it", "このフォルダーへのバックアップが途中で終わっています。残ったものを削除してください"},
  Translation{"the backup needs {1} bytes, and the disk has {2}", "バックアップには{1}バイト必要ですが、ディスクの空きは{2}バイトです"},
  Translation{"a backup is being made already", "バックアップは既に実行中です"},
  Translation{"the data folder keeps no tokens of SoftHSM: those of another module are backed up by its own means", "データフォルダーにSoftHSMのトークンはありません。別のモジュールのトークンは、そのモジュールの手段でバックアップします"},
  Translation{"no log has begun, so there is nothing to export", "ログがまだ始まっていないため、エクスポートするものがありません"},
  Translation{"standard input is read once: only one file can be -", "標準入力は一度しか読めません。- を指定できるファイルは1つだけです"},
  Translation{"standard output takes one file: only one can be -", "標準出力に書けるファイルは1つだけです"},
  Translation{"the data folder is the command's own argument", "データフォルダーはコマンドの引数で指定します"},
  Translation{"the folder is a data folder already, whose configuration is elsewhere", "このフォルダーは既にデータフォルダーで、設定は別の場所にあります"},
  Translation{"the folder is a data folder already", "このフォルダーは既にデータフォルダーです"},
  Translation{"the PIN of token \"{1}\" is missing: Rakkan wants {2}", "トークン「{1}」のPINがありません。必要なもの: {2}"},
  Translation{"the module shows {1}: Rakkan wants {2}", "モジュールで見えるトークン: {1}。必要なもの: {2}"},
  Translation{"either a PIN or an activation, not both", "PINと有効化トークンは、どちらか一方だけを指定してください"},
  Translation{"neither PIN nor activation came with the request", "PINも有効化トークンも指定されていません"},
  Translation{"only a party's key is activated by a PIN", "PINで有効化できるのは当事者の鍵だけです"},
  Translation{"only a party's key is activated", "有効化できるのは当事者の鍵だけです"},
  Translation{"the facts of the signature are no JSON object", "署名の情報がJSONオブジェクトではありません"},
  Translation{"{1}; the command could not be taken back", "{1}。作成したものは取り消せませんでした"},

  // The configuration.
  Translation{"unknown key", "この設定キーはありません"},
  Translation{"{1} settings are wrong", "{1}件の設定が正しくありません"},
  Translation{"{1} things are wrong", "{1}件の問題があります"},
  Translation{"more than {1} profiles", "プロファイルは{1}件までです"},
  Translation{"must be development or production", "developmentまたはproductionを指定してください"},
  Translation{"must not be shorter than hsm.breaker_first", "hsm.breaker_firstより短くできません"},
  Translation{"must be more than audit.checkpoint_interval", "audit.checkpoint_intervalより長くしてください"},
  Translation{"must not be above http.limits.in_flight", "http.limits.in_flightを超えられません"},
  Translation{"must not be above what one caller may have of http.limits.in_flight (http.limits.tenant_share), {1} bytes", "1つの呼び出し元がhttp.limits.in_flightのうち使える量(http.limits.tenant_share)、{1}バイトを超えられません"},
  Translation{"must be whole KiB", "KiB単位で指定してください"},
  Translation{"must be \"internal\" or an http or https URL", "\"internal\"、またはhttpかhttpsのURLを指定してください"},
  Translation{"names no profile: there is no table tsa.{1}", "プロファイルがありません。テーブル tsa.{1} が必要です"},
  Translation{"names no profile", "この名前のプロファイルはありません"},
  Translation{"the configuration lies in a data folder, {1}, and names another one, {2}: in a copy, write data_dir = \".\"", "設定ファイルはデータフォルダー{1}にありますが、別のデータフォルダー{2}を指しています。複製では data_dir = \".\" と書いてください"},
  Translation{"must be debug, info, warning, error or critical", "debug、info、warning、error、criticalのいずれかを指定してください"},
  Translation{"must be an address or a range like 10.0.0.0/8", "アドレス、または10.0.0.0/8のような範囲を指定してください"},
  Translation{"must be at most 64 ranges", "範囲は64個までです"},
  Translation{"must be an OID", "OIDを指定してください"},
  Translation{"must be trail or tokens", "trailまたはtokensを指定してください"},
  Translation{"must be wait", "waitを指定してください"},
  Translation{"must be a number", "数値を指定してください"},
  Translation{"must be in the future", "将来の日時を指定してください"},
  Translation{"must name at least one", "1つ以上指定してください"},
  Translation{"must be true or false", "trueまたはfalseを指定してください"},
  Translation{"must be integer, {1} to {2}", "{1}から{2}までの整数を指定してください"},
  Translation{"must be integer, {1} or more", "{1}以上の整数を指定してください"},
  Translation{"must be size, {1} to {2}", "{1}から{2}までのサイズを指定してください"},
  Translation{"must be duration in whole seconds, {1} to {2}", "{1}から{2}までの時間を秒単位で指定してください"},
  Translation{"must be duration, {1} to {2}", "{1}から{2}までの時間を指定してください"},
  Translation{"must be text, {1} to {2} bytes", "{1}から{2}バイトの文字列を指定してください"},
  Translation{"must be list of OIDs", "OIDのリストを指定してください"},
  Translation{"must be list of texts", "文字列のリストを指定してください"},
  Translation{"must be path with {token} in it, and {data_dir} only at its start", "{token}を含むパスを指定してください。{data_dir}は先頭だけで使えます"},
  Translation{"must be path", "パスを指定してください"},
  Translation{"must be OID", "OIDを指定してください"},
  Translation{"must be 1 to 100 bytes without control characters", "1から100バイトで、制御文字は使えません"},
  Translation{"must be 1 to 255 printable ASCII characters", "1から255文字の印字可能なASCII文字を指定してください"},
  Translation{"must be 1 to 32 of a-z, 0-9, '.', '_', '-', a letter or digit first", "a-z、0-9、「.」「_」「-」からなる1から32文字で、先頭は英字か数字にしてください"},
  Translation{"must be a text of 1 to {1}", "1から{1}までの文字列を指定してください"},
  Translation{"without TLS only a loopback address is listened on", "TLSなしで待ち受けられるのはループバックアドレスだけです"},
  Translation{"is needed beside {1}", "{1}と一緒に必要です"},
  Translation{"is another name than the log's, which is {1}", "ログの名前と違います。ログの名前は{1}です"},
  Translation{"pin.memory is out of range", "pin.memoryが範囲外です"},
  Translation{"a timestamp unit needs a policy", "タイムスタンプユニットにはポリシーが必要です"},
  Translation{"the accuracy must be above zero and at most one second", "精度は0より大きく、1秒以下にしてください"},
  Translation{"of {1} file descriptors {2} are reserved ({3}), which leaves {4}", "ファイル記述子{1}個のうち{2}個が予約済みです({3})。残り: {4}"},

  // The trust file.
  Translation{"is not a member of the trust file", "トラストファイルにこの項目はありません"},
  Translation{"has no [[anchor]]", "[[anchor]]がありません"},
  Translation{"needs either certificate or certificate_file", "certificateとcertificate_fileのどちらか一方が必要です"},
  Translation{"a file cannot be named here", "ここではファイルを指定できません"},
  Translation{"must be one certificate, not {1}", "証明書は1枚だけ指定してください({1}枚あります)"},
  Translation{"needs a number", "numberが必要です"},
  Translation{"is before from", "fromより前の日時です"},
  Translation{"needs purposes: signing, timestamping, revocation", "purposesが必要です(signing、timestamping、revocation)"},
  Translation{"must be a list of signing, timestamping and revocation", "signing、timestamping、revocationのリストを指定してください"},
  Translation{"needs accreditation or operator: else it says nothing", "accreditationかoperatorが必要です"},
  Translation{"must be a date, or a time with its offset (2035-01-01T00:00:00Z)", "日付、またはUTCとの差が付いた日時(2035-01-01T00:00:00Z)を指定してください"},
  Translation{"must be tables [[{1}]], at most {2}", "テーブル[[{1}]]で指定してください(最大{2}個)"},
  Translation{"the certificate of {1} stands in {2} already", "{1}の証明書は{2}に既にあります"},

  // Augmentation.
  Translation{"the facts of an augmentation are no JSON object", "補強結果の情報がJSONオブジェクトではありません"},
  Translation{"an augmentation without facts or tail", "補強結果に情報または追加データがありません"},

  // Pending signatures.
  Translation{"the signed document needs a file: -o", "署名済み文書の出力先を-oで指定してください"},
  Translation{"the answer has no signature", "応答に署名が含まれていません"},
  Translation{"the answer does not say whether the evidence is complete", "応答に証拠がそろっているかどうかが示されていません"},
  Translation{"the signature is of another document", "この署名は別の文書のものです"},
  // Files, folders, what the system says.
  Translation{"cannot open: {1}", "開けません: {1}"},
  Translation{"cannot read: {1}", "読み込めません: {1}"},
  Translation{"cannot read {1}", "{1}を読み込めません"},
  Translation{"cannot write the lock file: {1}", "ロックファイルに書き込めません: {1}"},
  Translation{"cannot open the lock file: {1}", "ロックファイルを開けません: {1}"},
  Translation{"cannot lock: {1}", "ロックできません: {1}"},
  Translation{"cannot write: {1}", "書き込めません: {1}"},
  Translation{"cannot write {1}", "{1}に書き込めません"},
  Translation{"cannot create: {1}", "作成できません: {1}"},
  Translation{"cannot map: {1}", "メモリーに割り当てられません: {1}"},
  Translation{"cannot sync the folder: {1}", "フォルダーを同期できません: {1}"},
  Translation{"cannot make the folder: {1}", "フォルダーを作成できません: {1}"},
  Translation{"cannot list the folder: {1}", "フォルダーの一覧を取得できません: {1}"},
  Translation{"cannot look at it: {1}", "調べられません: {1}"},
  Translation{"cannot tell its owner and mode: {1}", "所有者と権限を調べられません: {1}"},
  Translation{"cannot listen: {1}", "待ち受けできません: {1}"},
  Translation{"is a folder", "フォルダーです"},
  Translation{"not a regular file", "通常のファイルではありません"},
  Translation{"larger than {1} bytes", "{1}バイトを超えています"},
  Translation{"longer than {1} bytes", "{1}バイトを超えています"},
  Translation{"more than {1} bytes", "{1}バイトを超えています"},
  Translation{"more than {1} fields", "フィールドが{1}個を超えています"},
  Translation{"at most {1} bytes are accepted", "{1}バイトまで受け付けます"},
  Translation{"it belongs to user {1} and has to be user {2}'s: {3}", "所有者がユーザー{1}です。ユーザー{2}のものにしてください: {3}"},
  Translation{"others than its owner may write it: {1}", "所有者以外が書き込めます: {1}"},
  Translation{"others may read it: {1}", "他のユーザーが読めます: {1}"},
  Translation{"the kernel does not keep the memory from other processes (PR_SET_DUMPABLE)", "メモリーを他のプロセスから保護できません(PR_SET_DUMPABLE)"},
  Translation{"no randomness", "乱数を取得できません"},

  // The data folder, the store.
  Translation{"no data folder is at this path: `rakkan init` makes one; a configuration that was moved out of its folder has to name the folder (data_dir)", "データフォルダーがありません。`rakkan init`で作成します。フォルダーの外に移した設定ファイルには data_dir が必要です"},
  Translation{"the folder is a copy of {1}, which still exists, and both are one log under one name: use the original, or make the copy a folder of its own with `rakkan data adopt --beside-original`", "{1}の複製です。元のフォルダーが残っており、両方が同じ名前の同じログになります。元を使うか、`rakkan data adopt --beside-original`で複製を独立したフォルダーにしてください"},
  Translation{"the folder's files are not those that were made at {1}: it is a restored backup or a copy. {2}", "{1}で作成されたファイルではありません(復元したバックアップ、または複製)。より新しいものがどこにもないことを`rakkan audit verify --against`で確かめてから、`rakkan data adopt`で続けてください"},
  Translation{"the folder was made on another machine, at {1}: it is a backup that was restored here, or a copy. {2}", "別のマシンの{1}で作成されました(ここに復元したバックアップ、または複製)。元のマシンがもう使っておらず、より新しいものがないことを`rakkan audit verify --against`で確かめてから、`rakkan data adopt`で続けてください"},
  Translation{"the file names the tokens of another folder, {1}, and not those in {2}: `rakkan data adopt` goes on with its own", "別のフォルダー{1}のトークンを指しています({2}のものではありません)。`rakkan data adopt`で自身のトークンに切り替えます"},
  Translation{"process {1} uses the folder; ask a running server with --server", "プロセス{1}が使用中です。動作中のサーバーには --server で依頼してください"},
  Translation{"another process uses the folder; ask a running server with --server", "別のプロセスが使用中です。動作中のサーバーには --server で依頼してください"},
  Translation{"does not say where the tokens are (directories.tokendir)", "トークンの場所(directories.tokendir)が書かれていません"},
  Translation{"the configuration of SoftHSM cannot be kept in memory: {1}", "SoftHSMの設定をメモリーに保持できません: {1}"},
  Translation{"the database is not Rakkan's", "Rakkanのデータベースではありません"},
  Translation{"the database does not say its version", "データベースのバージョンが分かりません"},
  Translation{"the database has no write-ahead log but \"{1}\"", "データベースが先行書き込みログではなく「{1}」を使っています"},
  Translation{"schema version {1} is newer than this program's {2}", "スキーマのバージョン{1}は、このプログラムの{2}より新しいものです"},
  Translation{"the write-ahead log could not be emptied", "先行書き込みログを空にできませんでした"},
  Translation{"a column holds another type than this program writes", "書き込んだものと違う型の列があります"},
  Translation{"a key has a scope that we did not write", "書き込んでいないスコープを持つキーがあります"},
  Translation{"a key has an address range that we did not write", "書き込んでいないアドレス範囲を持つキーがあります"},
  Translation{"the fact has not the form in which it is written", "書き込んだものではない値です"},

  // Credentials, PINs, activations, API keys.
  Translation{"a credential of this id exists", "このIDのクレデンシャルは既にあります"},
  Translation{"no credential has this id", "このIDのクレデンシャルはありません"},
  Translation{"there is no credential of this id", "このIDのクレデンシャルはありません"},
  Translation{"a disabled credential asks for no certificate", "無効化されたクレデンシャルの証明書は要求できません"},
  Translation{"a disabled credential takes no certificate", "無効化されたクレデンシャルには証明書を取り込めません"},
  Translation{"a disabled credential stays disabled", "無効化されたクレデンシャルは元に戻せません"},
  Translation{"the credential was disabled", "クレデンシャルは無効化されました"},
  Translation{"the credential is not a time-stamping unit's", "タイムスタンプユニットのクレデンシャルではありません"},
  Translation{"a credential of kind {1} makes no {2} signature", "種類が{1}のクレデンシャルでは{2}の署名を作成できません"},
  Translation{"{1} is not a suite for keys of kind {2}", "{1}は種類{2}の鍵には使えません"},
  Translation{"no such suite: {1}", "この署名方式はありません: {1}"},
  Translation{"import the certificate for its key first", "先に、この鍵の証明書を取り込んでください"},
  Translation{"a key needs a label and an id", "鍵にはラベルとIDが必要です"},
  Translation{"none of the certificates is for the credential's key", "クレデンシャルの鍵に対応する証明書がありません"},
  Translation{"none of the certificates is for the credential's present key or its next one", "クレデンシャルの現在の鍵にも次の鍵にも対応する証明書がありません"},
  Translation{"the next key, generation {1}, waits for its certificate; another one takes its place where that is asked for", "次の鍵(第{1}世代)が証明書を待っています。置き換えるにはその旨を指定してください(--replace)"},
  Translation{"the next key, generation {1}, waits for its time, {2}; another one takes its place where that is asked for", "次の鍵(第{1}世代)が切り替え時刻{2}を待っています。置き換えるにはその旨を指定してください(--replace)"},
  Translation{"the next key would sign digests of {1} ({2}), the present one signs those of {3}: name a suite for that, or make another credential", "次の鍵は{1}のハッシュ値に署名しますが({2})、現在の鍵は{3}です。同じハッシュの署名方式を指定するか、別のクレデンシャルを作成してください"},
  Translation{"a certificate of the present key takes effect at once; a time is for the next key's", "現在の鍵の証明書は直ちに有効になります。時刻を指定できるのは次の鍵の証明書だけです"},
  Translation{"the time is past: without one the next key takes over at once", "過去の時刻です。時刻を指定しなければ、次の鍵に直ちに切り替わります"},
  Translation{"the key is one of the credential's already", "この鍵は既にこのクレデンシャルの鍵です"},
  Translation{"needs key_label or key_id", "key_labelまたはkey_idが必要です"},
  Translation{"the credential has no key of this number", "クレデンシャルにこの番号の鍵はありません"},
  Translation{"the credential has a key of this number", "クレデンシャルにこの番号の鍵は既にあります"},
  Translation{"a credential without a key", "鍵のないクレデンシャルです"},
  Translation{"the certificate is for another key than the one in the token", "証明書はトークンの鍵とは別の鍵のものです"},
  Translation{"the unit's certificate is for another key", "ユニットの証明書は別の鍵のものです"},
  Translation{"neither a certificate in PEM nor one in DER", "PEM形式の証明書でもDER形式の証明書でもありません"},
  Translation{"the end of a certificate is missing", "証明書の終わりがありません"},
  Translation{"more than {1} certificates are given for its chain", "証明書チェーンとして指定された証明書が{1}枚を超えています"},
  Translation{"{1} holds no certificates", "{1}に証明書がありません"},
  Translation{"valid from {1}", "有効期間の開始: {1}"},
  Translation{"valid to {1}", "有効期間の終了: {1}"},
  Translation{"its key may be used from {1}", "鍵の使用期間の開始: {1}"},
  Translation{"its key may be used to {1}", "鍵の使用期間の終了: {1}"},
  Translation{"not a distinguished name: {1}", "識別名として正しくありません: {1}"},
  Translation{"a time-stamping unit's key is RSA, P-256 or P-384", "タイムスタンプユニットの鍵はRSA、P-256、P-384のいずれかです"},
  Translation{"no PIN was set for the credential", "このクレデンシャルにはPINが設定されていません"},
  Translation{"the credential has a PIN", "このクレデンシャルには既にPINがあります"},
  Translation{"a PIN has at least {1} bytes", "PINは{1}バイト以上にしてください"},
  Translation{"the PIN was changed meanwhile", "その間にPINが変更されました"},
  Translation{"failure {1} of {2} in a row", "連続{1}回目の失敗です({2}回でロックされます)"},
  Translation{"{1} failures in a row", "連続して{1}回失敗しました"},
  Translation{"the next try is judged from {1} on", "次に試せるのは{1}以降です"},
  Translation{"either the present PIN or a code, and not both", "現在のPINとPIN設定コードは、どちらか一方だけを指定してください"},
  Translation{"a code has 20 letters and digits, without U, in groups of four", "PIN設定コードは、Uを除く英数字20文字を4文字ずつ区切ったものです"},
  Translation{"it is wrong, was used already, or was replaced by a newer one", "誤っているか、使用済みか、新しいコードに置き換えられています"},
  Translation{"the code was used or replaced meanwhile", "その間にコードが使用されたか、置き換えられました"},
  Translation{"ask for a new one", "運用者に新しいコードの発行を依頼してください"},
  Translation{"no code is open", "有効なPIN設定コードはありません"},
  Translation{"there is no such activation for this digest", "このハッシュ値に対する有効化トークンはありません"},
  Translation{"there is no such activation for this credential", "このクレデンシャルの有効化トークンはありません"},
  Translation{"there is no such activation", "有効化トークンが見つかりません"},
  Translation{"the activation has signed this digest", "この有効化トークンでは、このハッシュ値に既に署名しました"},
  Translation{"this document was signed with the activation, or is being signed", "この文書には既に署名したか、署名中です"},
  Translation{"this document was signed with the activation", "この文書には既に署名しました"},
  Translation{"the activation is for other documents", "別の文書に対するものです"},
  Translation{"the activation was good until {1}", "有効期限は{1}でした"},
  Translation{"{1} activations are open", "有効化トークンが{1}件使用中です"},
  Translation{"1 to {1} digests", "ハッシュ値は1から{1}個です"},
  Translation{"the list has the same digest twice", "同じハッシュ値が重複しています"},
  Translation{"no instruction came with the request", "署名指示の記録が指定されていません"},
  Translation{"the instruction was given later than now", "署名指示の日時が現在より後です"},
  Translation{"the instruction was given at {1}, more than {2} ago", "署名指示の日時は{1}で、{2}より前です"},
  Translation{"no API key has this id", "このIDのAPIキーはありません"},
  Translation{"there is no key of this id", "このIDのキーはありません"},
  Translation{"there is no such key", "このキーはありません"},
  Translation{"this is not a key of ours", "このサーバーのキーではありません"},
  Translation{"the key has expired", "キーの有効期限が切れています"},
  Translation{"the key was revoked", "キーは失効しています"},
  Translation{"the key is not for callers at this address", "このアドレスからは使えないキーです"},
  Translation{"this route needs the scope {1}", "スコープ{1}が必要です"},
  Translation{"send the key as Authorization: Bearer", "Authorization: Bearer で送ってください"},
  Translation{"a scope or address is empty or has a line break", "スコープまたはアドレスが空か、改行を含んでいます"},
  Translation{"no signature has this id", "このIDの署名はありません"},
  Translation{"there is no signature of this id", "このIDの署名はありません"},
  Translation{"the service is not open", "サービスが開始されていません"},

  // The HSM.
  Translation{"cannot find the PKCS#11 module: {1}", "PKCS#11モジュールが見つかりません: {1}"},
  Translation{"is not a PKCS#11 module: it lacks C_GetFunctionList", "PKCS#11モジュールではありません(C_GetFunctionListがありません)"},
  Translation{"speaks Cryptoki {1}; versions 2.20 to 2.40 are supported", "Cryptoki {1}です。対応しているのは2.20から2.40です"},
  Translation{"{1} answered {2}", "{1}の応答: {2}"},
  Translation{"a token is addressed by its label or its slot", "トークンはラベルまたはスロットで指定します"},
  Translation{"a token's label has 1 to 32 bytes and no blank at its end", "トークンのラベルは1から32バイトで、末尾に空白は使えません"},
  Translation{"the token is stopped since its PIN was rejected", "PINが拒否されたため、トークンの使用を停止しています"},
  Translation{"the token holds no such private key", "トークンにこの秘密鍵がありません"},
  Translation{"several private keys have that name", "同じ名前の秘密鍵が複数あります"},
  Translation{"the private key of that id does not bear the label {1}", "このIDの秘密鍵のラベルは{1}ではありません"},
  Translation{"looking up objects takes too long", "オブジェクトの検索に時間がかかりすぎています"},

  // The audit log.
  Translation{"the checkpoint is of the log {1}", "チェックポイントはログ{1}のものです"},
  Translation{"the log has {1} entries; the checkpoint covers {2}: its tail was removed", "ログは{1}件ですが、チェックポイントは{2}件です。末尾が削除されています"},
  Translation{"the first {1} entries are not those of the checkpoint: the log was rewritten", "最初の{1}件がチェックポイントと一致しません。ログが書き換えられています"},
  Translation{"entry {1} of a log of {2}", "{2}件のログに{1}番の項目はありません"},
  Translation{"no signature of the key {1}", "鍵{1}の署名がありません"},
  Translation{"the note's signature does not verify", "署名付きノートの署名が正しくありません"},
  Translation{"no checkpoint covers the entry yet", "この項目を含むチェックポイントがまだありません"},
  Translation{"no checkpoint covers such an entry", "この項目を含むチェックポイントがありません"},
  Translation{"there is no checkpoint", "チェックポイントがありません"},
  Translation{"the entry has no record, or its record was erased", "この項目の記録がないか、消去されています"},
  Translation{"no such entry", "この項目はありません"},
  Translation{"the record is not the one that the entry commits to", "記録が項目のハッシュ値と一致しません"},
  Translation{"the entry is public and commits to no record", "この項目は公開情報で、記録を持ちません"},
  Translation{"a chunk of the log does not hold its entries", "ログの一部に、あるはずの項目がありません"},
  Translation{"the audit trail is closed", "監査証跡は閉じられています"},
  Translation{"the name of a log has no blanks and no '+', and is not empty", "ログの名前に空白と「+」は使えず、空にもできません"},
  Translation{"the name of a log has no blanks and no '+'", "ログの名前に空白と「+」は使えません"},
  Translation{"the key of the checkpoints is not the one the log began with", "チェックポイントの鍵が、ログの開始時の鍵と違います"},
  Translation{"a log in production needs a name that belongs to you{1}", "本番用のログには自分の名前が必要です(`rakkan init --origin NAME`)"},
  Translation{"the log has a name for development, {1}: {2}", "ログの名前{1}は開発用です。本番用のログには自分の名前が必要で、ログの開始時に決まります(`rakkan init --origin NAME`)"},
  Translation{"no checkpoint has been signed for {1} s", "{1}秒間、チェックポイントに署名できていません"},

  // PDF documents.
  Translation{"%PDF- is missing at the beginning", "先頭に%PDF-がありません"},
  Translation{"startxref is missing at the end", "末尾にstartxrefがありません"},
  Translation{"bytes stand before %PDF-", "%PDF-の前に余分なデータがあります"},
  Translation{"the document is encrypted", "文書が暗号化されています"},
  Translation{"the document has no page", "文書にページがありません"},
  Translation{"a certification signature allows no changes (DocMDP P 1)", "証明署名(DocMDP P 1)により変更が許可されていません"},
  Translation{"an earlier signature locks the field (FieldMDP)", "既存の署名(FieldMDP)がフィールドをロックしています"},
  Translation{"the lock of a signed field forbids the signature", "署名済みフィールドのロックにより許可されていません"},
  Translation{"the field holds a signature", "フィールドには既に署名があります"},
  Translation{"the name belongs to a field that is no signature field", "この名前のフィールドは署名フィールドではありません"},
  Translation{"no field has this name, and the name of a new field has no period", "この名前のフィールドはありません。新しい名前に「.」は使えません"},
  Translation{"the form is an XFA form, which a signature of ours would break", "XFAフォームは署名すると壊れます"},
  Translation{"an object lies outside the file", "オブジェクトがファイルの範囲外にあります"},
  Translation{"another object stands where the cross-reference entry points", "相互参照が指す位置に別のオブジェクトがあります"},
  Translation{"another object stands in the object stream where the entry points", "相互参照が指すオブジェクトストリームの位置に別のオブジェクトがあります"},
  Translation{"the catalog is missing", "カタログがありません"},
  Translation{"the page tree is missing", "ページツリーがありません"},
  Translation{"there is no such revision", "指定されたリビジョンはありません"},
  Translation{"the document opens with a password alone", "この文書を開くにはパスワードが必要です"},
  Translation{"the password opens nothing", "パスワードが正しくありません"},
  Translation{"encrypted for a security handler that is not read", "対応していないセキュリティハンドラーで暗号化されています"},
  Translation{"encrypted by a method that is not read", "対応していない方式で暗号化されています"},
  Translation{"encrypted by a version that is not read", "対応していないバージョンの方式で暗号化されています"},
  Translation{"encrypted by a method of another version", "暗号化の方式とバージョンが合いません"},
  Translation{"/Encrypt is no dictionary", "/Encryptが辞書ではありません"},
  Translation{"a crypt filter is missing", "暗号化フィルターの定義がありません"},
  Translation{"too many crypt filters", "暗号化フィルターが多すぎます"},
  Translation{"a key of a size that there is not", "暗号鍵の長さが正しくありません"},
  Translation{"encrypted bytes that are no whole blocks", "暗号化されたデータの長さがブロックの倍数ではありません"},
  Translation{"encrypted bytes without their padding", "暗号化されたデータのパディングが正しくありません"},
  Translation{"a revision declares more objects than it can hold", "リビジョンが宣言するオブジェクトの数が多すぎます"},
  Translation{"the revisions have too many fields", "全リビジョンのフィールドが多すぎます"},
  Translation{"the file has too many signatures", "ファイルの署名が多すぎます"},
  Translation{"comparing the revisions takes too long", "リビジョンの比較に時間がかかりすぎます"},
  Translation{"an update declares too many objects anew", "1回の更新で定義し直されたオブジェクトが多すぎます"},
  Translation{"too many references to changed objects", "変更されたオブジェクトへの参照が多すぎます"},
  Translation{"too many objects at or above /Size", "番号が/Size以上のオブジェクトが多すぎます"},
  Translation{"the trailer has no /Root reference", "トレーラーに/Rootの参照がありません"},
  Translation{"a chain of references without an end", "参照が循環しています"},
  Translation{"arrays and dictionaries are nested too deeply", "配列と辞書の入れ子が深すぎます"},
  Translation{"too many cross-reference sections", "相互参照セクションが多すぎます"},
  Translation{"streams inflate to too many bytes", "ストリームの展開後のサイズが大きすぎます"},
  Translation{"a Flate stream is damaged", "Flateストリームが壊れています"},
  Translation{"the credential signs digests of {1}", "このクレデンシャルが署名するハッシュ値は{1}です"},
  Translation{"the content is not what was signed", "内容が署名時と異なります"},
  Translation{"the signature does not verify with the key", "鍵で署名を検証できません"},

  // Servers, timestamp authorities, load.
  Translation{"HTTP status {1}", "HTTPステータス{1}"},
  Translation{"libcurl: {1}", "通信エラー: {1}"},
  Translation{"an answer of another type: {1}", "想定外の形式の応答です: {1}"},
  Translation{"the answer is no JSON object", "応答がJSONオブジェクトではありません"},
  Translation{"the answer is not of type application/timestamp-reply", "応答の形式がapplication/timestamp-replyではありません"},
  Translation{"the answer does not say which signature it is", "応答に署名のIDがありません"},
  Translation{"the answers do not say where the {1} stands", "応答に{1}の位置がありません"},
  Translation{"the bytes to append do not begin where the document ends", "追記部分の開始位置が文書の末尾と一致しません"},
  Translation{"a command asks by another method", "コマンドが別のメソッドで問い合わせています"},
  Translation{"a log behind a server cannot be written to", "サーバーにあるログには書き込めません"},
  Translation{"a log that comes from elsewhere is not written to", "ほかから読み込んだログには書き込めません"},
  Translation{"no code", "応答にコードがありません"},
  Translation{"no key", "応答にキーがありません"},
  Translation{"no token", "応答にトークンがありません"},
  Translation{"the token has another nonce", "トークンのnonceが要求と異なります"},
  Translation{"the token has another policy", "トークンのポリシーが要求と異なります"},
  Translation{"the token is for another imprint", "トークンのハッシュ値が要求と異なります"},
  Translation{"the wall clock has jumped against the monotonic clock", "システム時刻が急に変わりました"},
  Translation{"the time for the request is over", "要求の処理時間を過ぎました"},
  Translation{"the deadline passed in the queue of the pool {1}", "プール{1}の待ち行列で処理期限を過ぎました"},
  Translation{"the queue of the pool {1} is full", "プール{1}の待ち行列が一杯です"},
  Translation{"the pool {1} takes no more work", "プール{1}は終了中です"},
  Translation{"more work is waiting than can be done soon", "処理待ちの要求が多すぎます"},
  Translation{"more requests than agreed", "許可された頻度を超えています"},
  Translation{"too many requests without a good API key came from this address", "このアドレスから、正しいAPIキーのない要求が多すぎます"},
  Translation{"too many connections of one address", "1つのアドレスからの接続が多すぎます"},
  Translation{"too many connections", "接続が多すぎます"},
  Translation{"nothing is at this path", "このパスには何もありません"},
  Translation{"this path answers other methods", "このパスでは別のメソッドを使います"},
  Translation{"the key belongs to a request with other contents", "このIdempotency-Keyは別の内容の要求で使われています"},
  Translation{"multipart/form-data is needed", "multipart/form-dataで送ってください"},
  Translation{"{1} is needed", "{1}が必要です"},
  Translation{"is no query parameter of this path; {1}", "このパスのクエリーパラメーターではありません: {1}"},
  Translation{"occurs twice", "重複しています"},
  Translation{"is out of range", "範囲外です"},
  Translation{"not Base64", "Base64ではありません"},
  Translation{"not a number", "数値ではありません"},
  Translation{"not an address", "アドレスではありません"},
  Translation{"not a port", "ポート番号ではありません"},
};
// clang-format on

// "{1}" to "{4}" at the beginning of the text: its index; nothing for other text ("{token}").
std::optional<std::size_t> placeholder(std::string_view text) noexcept {
  if (text.size() < 3 || text[0] != '{' || text[2] != '}' || text[1] < '1' || text[1] > '4') {
    return std::nullopt;
  }
  return static_cast<std::size_t>(text[1] - '1');
}

std::size_t find_placeholder(std::string_view text) noexcept {
  std::size_t at = text.find('{');
  while (at != std::string_view::npos && !placeholder(text.substr(at))) {
    at = text.find('{', at + 1);
  }
  return at;
}

using Parts = std::array<std::string_view, 4>;

// A part is as short as what stands behind it allows; one at the end is all that is left. No part is empty.
bool fits(std::string_view pattern, std::string_view detail, Parts& parts) noexcept {
  const std::size_t at = find_placeholder(pattern);
  if (at == std::string_view::npos) {
    return pattern == detail;
  }
  if (detail.substr(0, at) != pattern.substr(0, at)) {
    return false;
  }
  const std::size_t index = *placeholder(pattern.substr(at));
  const std::string_view behind = pattern.substr(at + 3);
  detail.remove_prefix(at);
  for (std::size_t length = 1; length <= detail.size(); ++length) {
    if (fits(behind, detail.substr(length), parts)) {
      parts[index] = detail.substr(0, length);
      return true;
    }
  }
  return false;
}

std::string filled(std::string_view japanese, const Parts& parts) {
  std::string text;
  for (std::size_t at = find_placeholder(japanese); at != std::string_view::npos; at = find_placeholder(japanese)) {
    text.append(japanese.substr(0, at)).append(parts[*placeholder(japanese.substr(at))]);
    japanese.remove_prefix(at + 3);
  }
  return text.append(japanese);
}

}  // namespace

std::span<const Translation> translations() noexcept { return kRows; }

std::string japanese(std::string_view detail) {
  for (const Translation& row : kRows) {
    if (Parts parts; fits(row.english, detail, parts)) {
      return filled(row.japanese, parts);
    }
  }
  return {};
}

}  // namespace rakkan::console
