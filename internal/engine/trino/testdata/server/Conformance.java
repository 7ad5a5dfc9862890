import io.trino.server.Server;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Starts a Trino server of one node with a catalog in memory, on a free port of this machine only, and writes its
 * address to a file once it answers. Arguments: version, folder of plugins, an empty folder to work in, the file.
 */
public final class Conformance {
    public static void main(String[] args) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path work = Path.of(args[2]);
        Path catalogs = Files.createDirectories(work.resolve("catalog"));
        Files.write(catalogs.resolve("memory.properties"), List.of("connector.name=memory", "memory.max-data-per-node=256MB"));
        Files.write(work.resolve("log.properties"), List.of("io.trino=WARN", "io.airlift=WARN", "Bootstrap=WARN", "org.glassfish=ERROR"));
        Files.write(work.resolve("config.properties"), List.of(
                "coordinator=true",
                "node-scheduler.include-coordinator=true",
                "node.environment=conformance",
                "node.internal-address=127.0.0.1",
                "node.bind-ip=127.0.0.1",
                "http-server.http.port=" + port,
                "discovery.uri=http://127.0.0.1:" + port,
                "plugin.dir=" + args[1],
                "catalog.config-dir=" + catalogs,
                "catalog.management=dynamic", // tests make catalogs of their own
                "query.max-memory-per-node=256MB",
                "query.max-length=10000000",
                "query.max-history=5",
                "query.min-expire-age=1s",
                "task.concurrency=2",
                "task.max-worker-threads=4"));
        System.setProperty("config", work.resolve("config.properties").toString());
        System.setProperty("log.levels-file", work.resolve("log.properties").toString());
        System.setProperty("node.data-dir", Files.createDirectories(work.resolve("data")).toString());
        new Server().start(args[0]);
        Path address = Path.of(args[3]);
        Path part = address.resolveSibling(address.getFileName() + ".part");
        Files.writeString(part, "http://127.0.0.1:" + port + "\n");
        Files.move(part, address);
    }
}
