//! `sansheng serve`: opens the data, starts the timers and answers requests until it is told to stop; then finishes
//! what it has accepted.

use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use app::ctx::{Clock, HostEntropy};
use app::desk::Desk;
use axum_server::tls_rustls::RustlsConfig;
use store::db::{Db, DbUrl, Options};

use crate::Place;

#[cfg(all(feature = "test-switch", not(debug_assertions)))]
compile_error!("the test switch has no place in a release build");

/// Options of `serve`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    pub place: Place,
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:8030", env = "SANSHENG_LISTEN")]
    pub listen: SocketAddr,
    /// Address that residents' links and QR codes carry, such as https://desk.example.com.
    #[arg(long, value_name = "URL", env = "SANSHENG_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// Certificate file (PEM); with --tls-key the product serves HTTPS itself.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<std::path::PathBuf>,
    /// Key file (PEM) of the certificate.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<std::path::PathBuf>,
    /// Address of a proxy whose X-Forwarded-For counts; may be given several times. Without it the header is ignored.
    #[arg(long = "trusted-proxy", value_name = "IP")]
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Seconds without a key or click until the screen locks; 0 switches it off.
    #[arg(long, default_value_t = 900)]
    pub lock_after: u32,
}

/// Opens the database of a place and brings its schema up to date.
pub fn open_db(place: &Place) -> Result<Db, String> {
    open_db_with(place, Options::default())
}

/// Opens the database of a place with options, makes its folder if need be.
pub fn open_db_with(place: &Place, options: Options) -> Result<Db, String> {
    std::fs::create_dir_all(&place.data)
        .map_err(|e| format!("the folder {} cannot be made: {e}", place.data.display()))?;
    Db::open_with(url(place)?, options).map_err(|e| format!("the database cannot be opened: {e}"))
}

/// Where the database of a place is.
pub fn url(place: &Place) -> Result<DbUrl, String> {
    match &place.database {
        Some(u) => u.parse().map_err(|e| format!("--database: {e}")),
        None => Ok(DbUrl::Sqlite(place.data.join("sansheng.db"))),
    }
}

/// Opens the data of a place as it is, for programs that run beside the desk: the schema is not theirs to change.
pub fn open_beside(place: &Place, clock: Arc<dyn Clock>) -> Result<Arc<Desk>, String> {
    let url = url(place)?;
    if let DbUrl::Sqlite(path) = &url
        && !path.is_file()
    {
        return Err(format!("{} is not there", path.display()));
    }
    let options = Options {
        migrate: false,
        readers: 1,
        writers: 1,
        ..Options::default()
    };
    let db = Db::open_with(url, options).map_err(|e| {
        format!(
            "the database cannot be opened: {}",
            e.source.as_ref().map_or_else(|| e.to_string(), |s| s.to_string())
        )
    })?;
    Desk::open(db, &place.data, clock, Arc::new(HostEntropy)).map_err(|e| e.to_string())
}

/// Opens the data of a place.
pub fn open(place: &Place, clock: Arc<dyn Clock>) -> Result<Arc<Desk>, String> {
    Desk::open(open_db(place)?, &place.data, clock, Arc::new(HostEntropy)).map_err(|e| e.to_string())
}

/// Serves until told to stop.
pub fn run(args: Args) -> Result<ExitCode, String> {
    #[cfg(feature = "test-switch")]
    let moved = Arc::new(app::ctx::MovedClock::default());
    #[cfg(feature = "test-switch")]
    let desk = open(&args.place, moved.clone())?;
    #[cfg(not(feature = "test-switch"))]
    let desk = open(&args.place, Arc::new(app::ctx::HostClock::default()))?;
    let empty = desk.read_now(app::account::is_empty).map_err(|e| e.to_string())?;
    let sites = desk
        .read_now(|c| Ok(store::site::all(c)?))
        .map_err(|e: app::error::Error| e.to_string())?;
    for s in &sites {
        desk.recount(&s.id).map_err(|e| e.to_string())?;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let follower = {
        let (desk, stop) = (desk.clone(), stop.clone());
        std::thread::Builder::new()
            .name("follow".into())
            .spawn(move || desk.follow(&|| stop.load(Ordering::Relaxed)))
            .map_err(|e| e.to_string())?
    };
    let timer = {
        let (desk, stop) = (desk.clone(), stop.clone());
        std::thread::Builder::new()
            .name("timer".into())
            .spawn(move || app::timer::run(&desk, &|| stop.load(Ordering::Relaxed)))
            .map_err(|e| e.to_string())?
    };
    let house = {
        let (desk, stop) = (desk.clone(), stop.clone());
        std::thread::Builder::new()
            .name("house".into())
            .spawn(move || keep_house(&desk, &|| stop.load(Ordering::Relaxed)))
            .map_err(|e| e.to_string())?
    };
    // Not waited for at the end: what it has not finished is finished after the next start.
    let importer = {
        let (desk, stop) = (desk.clone(), stop.clone());
        std::thread::Builder::new()
            .name("import".into())
            .spawn(move || crate::import::watch(&desk, &stop))
            .map_err(|e| e.to_string())?
    };
    drop(importer);
    let scheme = if args.tls_cert.is_some() { "https" } else { "http" };
    let public = args
        .public_url
        .clone()
        .unwrap_or_else(|| format!("{scheme}://{}", args.listen));
    let secure = public.starts_with("https://");
    let settings = web::Settings {
        public_url: public.trim_end_matches('/').to_owned(),
        secure,
        trusted_proxies: args
            .trusted_proxies
            .iter()
            .map(|p| p.to_canonical().to_string())
            .collect(),
        demo: app::demo::is_demo(&args.place.data),
        lock_after: args.lock_after,
        #[cfg(feature = "test-switch")]
        moved,
    };
    desk.set_gateway(Arc::new(crate::outbox::Adapters { desk: desk.clone() }));
    let deliverer = {
        let (desk, stop, url) = (desk.clone(), stop.clone(), settings.public_url.clone());
        std::thread::Builder::new()
            .name("outbox".into())
            .spawn(move || crate::outbox::run(&desk, &url, &|| stop.load(Ordering::Relaxed)))
            .map_err(|e| e.to_string())?
    };
    let telephones = crate::telephone::Adapters::new(desk.clone());
    desk.set_telephone(telephones.clone());
    let service = web::service(web::Web {
        desk: desk.clone(),
        settings: Arc::new(settings),
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| e.to_string())?;
    let telephone = {
        let (on, stop) = (runtime.handle().clone(), stop.clone());
        std::thread::Builder::new()
            .name("telephone".into())
            .spawn(move || telephones.run(&on, &|| stop.load(Ordering::Relaxed)))
            .map_err(|e| e.to_string())?
    };
    let done = runtime.block_on(async {
        let listener = std::net::TcpListener::bind(args.listen)
            .map_err(|e| format!("{} cannot be listened on: {e}", args.listen))?;
        listener.set_nonblocking(true).map_err(|e| e.to_string())?;
        let address = listener.local_addr().map_err(|e| e.to_string())?;
        let tls = match (&args.tls_cert, &args.tls_key) {
            (Some(cert), Some(key)) => Some(certificate(cert, key).await?),
            _ => None,
        };
        say!("sansheng is ready at {scheme}://{address}");
        if empty {
            say!(
                "This is a new installation. Open the address and enter the set-up code: {}",
                desk.set_up_code()
            );
        }
        if app::demo::is_demo(&args.place.data) {
            say!("Demo sign-ins, all with the password {}:", app::demo::PASSWORD);
            for (login, role) in app::DEMO_LOGINS {
                say!("  {login:<14} {role}");
            }
        }
        answer(listener, tls, service).await
    });
    stop.store(true, Ordering::Relaxed);
    let _joined = (
        follower.join(),
        timer.join(),
        deliverer.join(),
        house.join(),
        telephone.join(),
    );
    done.map(|()| ExitCode::SUCCESS)
}

/// How long requests that were accepted may take when the server stops.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// Answers requests, over TLS when there is a certificate, until told to stop.
async fn answer(
    listener: std::net::TcpListener,
    tls: Option<RustlsConfig>,
    service: axum::Router,
) -> Result<(), String> {
    let handle = axum_server::Handle::new();
    let ending = handle.clone();
    tokio::spawn(async move {
        stopped().await;
        // Streams would never end by themselves.
        web::stop();
        ending.graceful_shutdown(Some(LAST_REQUESTS));
    });
    let service = service.into_make_service_with_connect_info::<SocketAddr>();
    let served = match tls {
        Some(tls) => {
            axum_server::from_tcp_rustls(listener, tls)
                .map_err(|e| e.to_string())?
                .handle(handle)
                .serve(service)
                .await
        }
        None => {
            axum_server::from_tcp(listener)
                .map_err(|e| e.to_string())?
                .handle(handle)
                .serve(service)
                .await
        }
    };
    served.map_err(|e| e.to_string())
}

/// The own certificate; it is read again on SIGHUP, so that a renewed one needs no restart.
async fn certificate(cert: &Path, key: &Path) -> Result<RustlsConfig, String> {
    // Only the first caller's choice counts, and there is but one.
    let _chosen = rustls::crypto::ring::default_provider().install_default();
    let tls = RustlsConfig::from_pem_file(cert, key)
        .await
        .map_err(|e| format!("--tls-cert {}, --tls-key {}: {e}", cert.display(), key.display()))?;
    #[cfg(unix)]
    if let Ok(mut hup) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()) {
        let (again, cert, key) = (tls.clone(), cert.to_owned(), key.to_owned());
        tokio::spawn(async move {
            while hup.recv().await.is_some() {
                match again.reload_from_pem_file(&cert, &key).await {
                    Ok(()) => tracing::info!("the certificate was read again"),
                    Err(e) => tracing::error!(error = %e, "the certificate could not be read again; the old one stays"),
                }
            }
        });
    }
    Ok(tls)
}

/// Removes what has served its time, at the start and once a day.
fn keep_house(desk: &Desk, stop: &dyn Fn() -> bool) {
    const DAY: i64 = 86_400_000;
    let mut next = 0;
    while !stop() {
        let now = desk.clock.now();
        if now >= next {
            next = now + DAY;
            match app::house::tidy(desk) {
                Ok(removed) => tracing::debug!(?removed, "house kept"),
                Err(e) => tracing::warn!(error = %e, "the house could not be kept"),
            }
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// Waits for Ctrl-C or the service manager's signal. Both are heard from the call on, not from the first poll.
///
/// Must be called inside a runtime.
pub fn stopped() -> impl Future<Output = ()> + Send {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (int, term) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
        async move {
            match (int, term) {
                (Ok(mut int), Ok(mut term)) => tokio::select! { _ = int.recv() => {}, _ = term.recv() => {} },
                (Ok(mut one), Err(_)) | (Err(_), Ok(mut one)) => drop(one.recv().await),
                // Without handlers the system ends the program as it always does.
                (Err(_), Err(_)) => std::future::pending().await,
            }
        }
    }
    #[cfg(not(unix))]
    {
        let ctrl_c = tokio::signal::ctrl_c();
        async move { drop(ctrl_c.await) }
    }
}
