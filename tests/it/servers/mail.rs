//! Mail that lettre sends, as the sink has it.

use std::time::Duration;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::{Error, extension::ClientId};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use crate::harness::{Behaviour, MailSink, Security, SinkOptions};

const AISHA: &str = "aisha@example.com";
const SUBJECT: &str = "رمز الدخول إلى حسابك في المتجر: 123456";
const TEXT: &str = "مرحباً عائشة،\r\n\r\nرمزك هو 123456، وهو صالح لعشر دقائق.\r\n";
const HTML: &str = "<p dir=\"rtl\">مرحباً عائشة، رمزك هو <b>123456</b>.</p>\r\n";
const LOGIN: (&str, &str) = ("sovereign", "a password of some length");

fn message(to: &str) -> Message {
    let mut message = Message::builder()
        .from(Mailbox::new(Some("متجر عُمان".to_owned()), "shop@example.com".parse().unwrap()))
        .to(to.parse().unwrap())
        .subject(SUBJECT)
        .message_id(None)
        .multipart(MultiPart::alternative_plain_html(TEXT.to_owned(), HTML.to_owned()))
        .unwrap();
    let language = HeaderName::new_from_ascii_str("Content-Language");
    message.headers_mut().insert_raw(HeaderValue::new(language, "ar".to_owned()));
    message
}

/// What TLS a client asks for.
fn trusting(sink: &MailSink) -> TlsParameters {
    let authority = Certificate::from_pem(&std::fs::read(sink.authority()).unwrap()).unwrap();
    let parameters = TlsParameters::builder("127.0.0.1".to_owned());
    parameters.add_root_certificate(authority).build_rustls().unwrap()
}

async fn send(
    sink: &MailSink,
    tls: Tls,
    login: Option<(&str, &str)>,
    to: &str,
) -> Result<(), Error> {
    let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(sink.address.port())
        .hello_name(ClientId::Domain("localhost".to_owned()))
        .timeout(Some(Duration::from_mins(1)))
        .tls(tls);
    if let Some((user, password)) = login {
        transport = transport.credentials(Credentials::new(user.to_owned(), password.to_owned()));
    }
    transport.build().send(message(to)).await.map(|_| ())
}

async fn assert_arrives(sink: &MailSink) {
    let mail = sink.next_to(AISHA).await;
    assert_eq!(mail.from, "shop@example.com");
    assert_eq!(mail.to, [AISHA]);
    assert_eq!(mail.header("From"), "متجر عُمان <shop@example.com>");
    assert_eq!(mail.header("To"), AISHA);
    assert_eq!(mail.header("Subject"), SUBJECT);
    assert_eq!(mail.header("content-language"), "ar");
    assert!(mail.header("Message-ID").starts_with('<'), "{}", mail.raw);
    assert!(mail.header("Date").ends_with("+0000"), "{}", mail.raw);
    let unix = |text: Option<String>| text.unwrap().replace("\r\n", "\n");
    assert_eq!(unix(mail.text), TEXT.replace("\r\n", "\n"));
    assert_eq!(unix(mail.html), HTML.replace("\r\n", "\n"));
    assert!(mail.raw.contains("\r\nSubject: =?utf-8?b?"), "{}", mail.raw);
}

#[tokio::test]
async fn arabic_arrives_intact() {
    let sink = MailSink::start(SinkOptions::default()).await;
    send(&sink, Tls::None, None, AISHA).await.unwrap();
    assert_arrives(&sink).await;
}

#[tokio::test]
async fn arabic_arrives_intact_with_starttls() {
    let sink =
        MailSink::start(SinkOptions { security: Security::StartTls, ..SinkOptions::default() })
            .await;
    let refused = send(&sink, Tls::None, None, AISHA).await.unwrap_err();
    assert_eq!(refused.status().unwrap().to_string(), "530");
    send(&sink, Tls::Required(trusting(&sink)), None, AISHA).await.unwrap();
    assert_arrives(&sink).await;
}

#[tokio::test]
async fn arabic_arrives_intact_with_tls_and_a_login() {
    let login = Some(LOGIN);
    let options = SinkOptions { security: Security::Tls, login, ..SinkOptions::default() };
    let sink = MailSink::start(options).await;
    send(&sink, Tls::Wrapper(trusting(&sink)), login, AISHA).await.unwrap();
    assert_arrives(&sink).await;
}

#[tokio::test]
async fn nothing_is_taken_from_the_wrong_user() {
    let options =
        SinkOptions { security: Security::StartTls, login: Some(LOGIN), ..SinkOptions::default() };
    let sink = MailSink::start(options).await;
    let tls = || Tls::Required(trusting(&sink));
    let nobody = send(&sink, tls(), None, AISHA).await.unwrap_err();
    assert_eq!(nobody.status().unwrap().to_string(), "530");
    let wrong = send(&sink, tls(), Some((LOGIN.0, "another")), AISHA).await.unwrap_err();
    assert_eq!(wrong.status().unwrap().to_string(), "535");
    assert_eq!(sink.unauthenticated().await, LOGIN.0);
    send(&sink, tls(), Some(LOGIN), AISHA).await.unwrap();
    assert_arrives(&sink).await;
    assert_eq!(sink.untaken_to(AISHA), 0);
}

#[tokio::test]
async fn its_certificate_is_trusted_by_nobody_else() {
    let options = SinkOptions { security: Security::Tls, ..SinkOptions::default() };
    let sink = MailSink::start(options).await;
    let ordinary = TlsParameters::builder("127.0.0.1".to_owned()).build_rustls().unwrap();
    let failed = send(&sink, Tls::Wrapper(ordinary), None, AISHA).await.unwrap_err();
    assert!(failed.status().is_none() && !failed.is_timeout(), "{failed:?}");
}

#[tokio::test]
async fn recipients_can_be_refused() {
    let behaviour = Behaviour::Refuse;
    let sink = MailSink::start(SinkOptions { behaviour, ..SinkOptions::default() }).await;
    let refused = send(&sink, Tls::None, None, AISHA).await.unwrap_err();
    assert!(refused.is_permanent(), "{refused:?}");
    assert_eq!(refused.status().unwrap().to_string(), "550");
    sink.refused(AISHA).await;
}

#[tokio::test]
async fn the_first_messages_can_be_put_off() {
    let behaviour = Behaviour::Defer(2);
    let sink = MailSink::start(SinkOptions { behaviour, ..SinkOptions::default() }).await;
    for _ in 0..2 {
        let deferred = send(&sink, Tls::None, None, AISHA).await.unwrap_err();
        assert!(deferred.is_transient(), "{deferred:?}");
        assert_eq!(deferred.status().unwrap().to_string(), "451");
        assert_eq!(sink.deferred_to(AISHA).await.header("Subject"), SUBJECT);
    }
    send(&sink, Tls::None, None, AISHA).await.unwrap();
    assert_arrives(&sink).await;
}

#[tokio::test]
async fn it_can_say_nothing() {
    let behaviour = Behaviour::Silent;
    let sink = MailSink::start(SinkOptions { behaviour, ..SinkOptions::default() }).await;
    tokio::select! {
        () = sink.connected() => {}
        sent = send(&sink, Tls::None, None, AISHA) => panic!("{sent:?}"),
    }
}

/// Whoever waits keeps nobody else from waiting, and mail to others stays where it is.
#[tokio::test]
async fn mails_are_told_apart_by_recipient() {
    let sink = MailSink::start(SinkOptions::default()).await;
    let others = async {
        for to in ["first@example.com", "second@example.com", "second@example.com"] {
            send(&sink, Tls::None, None, to).await.unwrap();
        }
        sink.next_to("second@example.com").await;
        sink.next_to("second@example.com").await;
        send(&sink, Tls::None, None, AISHA).await.unwrap();
    };
    tokio::join!(sink.next_to(AISHA), others);
    assert_eq!(sink.untaken_to("first@example.com"), 1);
    assert_eq!(sink.untaken_to("second@example.com"), 0);
}
