// SPDX-License-Identifier: Apache-2.0
package io.wherry.config;

import io.wherry.ErrorCode;
import io.wherry.WherryException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers the values of configuration keys from the places where they may be. Immutable.
 *
 * <p>The places, a later one going before an earlier one: {@code wherry.properties} on the class path; a file that is
 * named in code, by the system property {@code wherry.config} or by the environment variable {@code WHERRY_CONFIG};
 * environment variables {@code WHERRY_...}; system properties {@code wherry....}; what the builder was told.
 */
public final class ConfigLoader {

    private static final Logger logger = LoggerFactory.getLogger(ConfigLoader.class);

    private static final String PREFIX = "wherry.";
    private static final String RESOURCE = "wherry.properties";
    private static final String FILE_PROPERTY = "wherry.config";
    private static final String ENVIRONMENT_PREFIX = "WHERRY_";
    private static final String FILE_VARIABLE = "WHERRY_CONFIG";

    /** What Kubernetes sets for services whose names begin with "wherry": nobody meant it for us. */
    private static final Pattern SERVICE_LINK =
            Pattern.compile("WHERRY_(.*_)?(SERVICE_(HOST|PORT)(_.*)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_.*)?)");

    private static final Pattern SERVICE_ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");

    private final ClassLoader classPath;
    private final Map<String, String> environment;
    private final Properties system;

    ConfigLoader(ClassLoader classPath, Map<String, String> environment, Properties system) {
        this.classPath = classPath;
        this.environment = environment;
        this.system = system;
    }

    /**
     * Reads this process's configuration.
     *
     * @param builderValues what the builder was told, by the names of keys
     * @param file the file that was named in code, null for none
     * @param known the keys there are: core's, and those of all transports on the class path, used or not
     * @throws WherryException with {@link ErrorCode#BAD_REQUEST} for a file that cannot be read, a key that is unknown or a
     *     value that is wrong
     */
    public static Config load(Map<String, String> builderValues, @Nullable Path file, Collection<ConfigKey<?>> known) {
        @Nullable ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader classPath = context == null ? ClassLoader.getSystemClassLoader() : context;
        return new ConfigLoader(classPath, System.getenv(), System.getProperties()).read(builderValues, file, known);
    }

    Config read(Map<String, String> builderValues, @Nullable Path file, Collection<ConfigKey<?>> known) {
        List<Setting> settings = new ArrayList<>();
        addClassPath(settings);
        addFile(file, settings);
        addEnvironment(known, settings);
        addSystem(settings);
        new TreeMap<>(builderValues).forEach((key, value) -> settings.add(Setting.of(key, value, "the builder")));
        Config config = Config.of(settings, known);
        logger.debug("{}", config);
        return config;
    }

    /** The environment variable that stands for a key. */
    static String environmentName(String key) {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    private void addClassPath(List<Setting> settings) {
        @Nullable URL url = classPath.getResource(RESOURCE);
        if (url == null) {
            return;
        }
        String origin = RESOURCE + " on the class path";
        try (InputStream in = url.openStream()) {
            // The file is Wherry's own: a key without the prefix is a mistake, not somebody else's.
            properties(in).forEach((key, value) -> settings.add(Setting.of(key, value, origin)));
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(url.toString(), "the class path", e);
        }
    }

    private void addFile(@Nullable Path named, List<Setting> settings) {
        @Nullable String property = system.getProperty(FILE_PROPERTY);
        @Nullable String variable = environment.get(FILE_VARIABLE);
        if (named != null) {
            addFile(named, "the builder", settings);
        } else if (property != null) {
            addFile(
                    path(property, "the system property " + FILE_PROPERTY),
                    "the system property " + FILE_PROPERTY,
                    settings);
        } else if (variable != null) {
            addFile(
                    path(variable, "the environment variable " + FILE_VARIABLE),
                    "the environment variable " + FILE_VARIABLE,
                    settings);
        }
    }

    private static Path path(String text, String origin) {
        try {
            return Path.of(text);
        } catch (IllegalArgumentException e) {
            throw unreadable(text, origin, e);
        }
    }

    private static void addFile(Path file, String origin, List<Setting> settings) {
        try (InputStream in = Files.newInputStream(file)) {
            properties(in).forEach((key, value) -> {
                if (key.startsWith(PREFIX)) {
                    settings.add(Setting.of(key, value, "the file " + file));
                }
            });
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(file.toString(), origin, e);
        }
    }

    private void addEnvironment(Collection<ConfigKey<?>> known, List<Setting> settings) {
        Map<String, String> keys = new TreeMap<>();
        known.forEach(key -> keys.put(environmentName(key.name()), key.name()));
        new TreeMap<>(environment).forEach((variable, value) -> {
            if (variable.startsWith(ENVIRONMENT_PREFIX)
                    && !variable.equals(FILE_VARIABLE)
                    && !isServiceLink(variable, value)) {
                String key = keys.getOrDefault(
                        variable, variable.toLowerCase(Locale.ROOT).replace('_', '.'));
                settings.add(new Setting(key, variable, value, "the environment"));
            }
        });
    }

    private static boolean isServiceLink(String variable, String value) {
        return SERVICE_LINK.matcher(variable).matches()
                || (variable.endsWith("_PORT") && SERVICE_ADDRESS.matcher(value).matches());
    }

    private void addSystem(List<Setting> settings) {
        for (String key : system.stringPropertyNames()) {
            if (key.startsWith(PREFIX) && !key.equals(FILE_PROPERTY)) {
                String value = Objects.requireNonNullElse(system.getProperty(key), "");
                settings.add(Setting.of(key, value, "the system properties"));
            }
        }
    }

    private static Map<String, String> properties(InputStream in) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        Map<String, String> sorted = new TreeMap<>();
        properties.forEach((key, value) -> sorted.put(key.toString(), value.toString()));
        return sorted;
    }

    private static WherryException unreadable(String file, String origin, Exception e) {
        return new WherryException(
                ErrorCode.BAD_REQUEST,
                "configuration: " + WherryException.quote(file) + ", named by " + origin
                        + " (expected: a file of properties that can be read): " + e,
                e);
    }
}
