// The JDK's CertPathBuilder as a witness: java PathWitness.java FOLDER prints "CASE ok" or "CASE refused: reason" for
// each folder CASE in it, which holds target.der, anchor-N.der, pool-N.der, crl-N.der and inputs.properties. Without a
// CRL revocation is off.
import java.io.File;
import java.io.FileInputStream;
import java.nio.file.Files;
import java.security.Security;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;

public class PathWitness {
  static X509Certificate certificate(File file) throws Exception {
    try (FileInputStream in = new FileInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  static String judge(File folder) throws Exception {
    Properties inputs = new Properties();
    inputs.load(Files.newBufferedReader(new File(folder, "inputs.properties").toPath()));
    Set<TrustAnchor> anchors = new HashSet<>();
    List<X509Certificate> pool = new ArrayList<>();
    List<CRL> lists = new ArrayList<>();
    File[] files = folder.listFiles();
    Arrays.sort(files);
    for (File file : files) {
      if (file.getName().startsWith("anchor-")) {
        anchors.add(new TrustAnchor(certificate(file), null));
      } else if (file.getName().startsWith("pool-")) {
        pool.add(certificate(file));
      } else if (file.getName().startsWith("crl-")) {
        try (FileInputStream in = new FileInputStream(file)) {
          lists.add(CertificateFactory.getInstance("X.509").generateCRL(in));
        }
      }
    }
    X509Certificate target = certificate(new File(folder, "target.der"));
    pool.add(target);
    X509CertSelector selector = new X509CertSelector();
    selector.setCertificate(target);
    PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, selector);
    parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(pool)));
    parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists)));
    parameters.setRevocationEnabled(!lists.isEmpty());
    parameters.setMaxPathLength(15);
    parameters.setDate(new Date(Long.parseLong(inputs.getProperty("time"))));
    parameters.setExplicitPolicyRequired(Boolean.parseBoolean(inputs.getProperty("explicit")));
    parameters.setAnyPolicyInhibited(Boolean.parseBoolean(inputs.getProperty("inhibit_any")));
    parameters.setPolicyMappingInhibited(Boolean.parseBoolean(inputs.getProperty("inhibit_mapping")));
    Set<String> policies = new HashSet<>(Arrays.asList(inputs.getProperty("policies").split(" ")));
    parameters.setInitialPolicies(policies.contains("2.5.29.32.0") ? null : policies);
    try {
      CertPathBuilder.getInstance("PKIX").build(parameters);
      return "ok";
    } catch (CertPathBuilderException refused) {
      Throwable cause = refused;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      return "refused: " + String.valueOf(cause.getMessage()).replace('\n', ' ');
    }
  }

  public static void main(String[] arguments) throws Exception {
    // Whether an algorithm still counts is not the question here.
    Security.setProperty("jdk.certpath.disabledAlgorithms", "");
    File[] cases = new File(arguments[0]).listFiles();
    Arrays.sort(cases);
    for (File each : cases) {
      String verdict;
      try {
        verdict = judge(each);
      } catch (Exception unreadable) {
        verdict = "refused: " + unreadable.getClass().getSimpleName();
      }
      System.out.println(each.getName() + " " + verdict);
    }
  }
}
