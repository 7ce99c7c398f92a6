//! `sansheng serve`: opens the data, starts the timers and answers requests until it is told to stop; then finishes
//! what it has accepted.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use app::ctx::{Clock, HostEntropy};
use app::desk::Desk;
use store::db::{Db, DbUrl};

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
    std::fs::create_dir_all(&place.data)
        .map_err(|e| format!("the folder {} cannot be made: {e}", place.data.display()))?;
    let url: DbUrl = match &place.database {
        Some(u) => u.parse().map_err(|e| format!("--database: {e}"))?,
        None => DbUrl::Sqlite(place.data.join("sansheng.db")),
    };
    Db::open(url).map_err(|e| format!("the database cannot be opened: {e}"))
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
    let empty = desk.read_now(|c| app::account::is_empty(c)).map_err(|e| e.to_string())?;
    let sites = desk.read_now(|c| Ok(store::site::all(c)?)).map_err(|e: app::error::Error| e.to_string())?;
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
    let public = args.public_url.clone().unwrap_or_else(|| format!("{scheme}://{}", args.listen));
    let secure = public.starts_with("https://");
    let settings = web::Settings {
        public_url: public.trim_end_matches('/').to_owned(),
        secure,
        trusted_proxies: args.trusted_proxies.iter().map(|p| p.to_canonical().to_string()).collect(),
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
    let service = web::service(web::Web { desk: desk.clone(), settings: Arc::new(settings) });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| e.to_string())?;
    let done = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(args.listen)
            .await
            .map_err(|e| format!("{} cannot be listened on: {e}", args.listen))?;
        let address = listener.local_addr().map_err(|e| e.to_string())?;
        println!("sansheng is ready at {scheme}://{address}");
        if empty {
            println!("This is a new installation. Open the address and enter the set-up code: {}", desk.set_up_code());
        }
        if app::demo::is_demo(&args.place.data) {
            println!("Demo sign-ins, all with the password {}:", app::demo::PASSWORD);
            for (login, role) in app::DEMO_LOGINS {
                println!("  {login:<14} {role}");
            }
        }
        axum_serve(listener, service).await
    });
    stop.store(true, Ordering::Relaxed);
    let _joined = (follower.join(), timer.join(), deliverer.join());
    done.map(|()| ExitCode::SUCCESS)
}

async fn axum_serve(listener: tokio::net::TcpListener, service: axum::Router) -> Result<(), String> {
    axum::serve(listener, service.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(stopped())
        .await
        .map_err(|e| e.to_string())
}

/// Ctrl-C or the service manager's signal.
async fn stopped() {
    let ctrl_c = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let Ok(mut term) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
            let _done = ctrl_c.await;
            return;
        };
        tokio::select! { _ = ctrl_c => {}, _ = term.recv() => {} }
    }
    #[cfg(not(unix))]
    let _done = ctrl_c.await;
}
