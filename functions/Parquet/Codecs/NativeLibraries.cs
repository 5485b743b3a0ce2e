using System.Runtime.InteropServices;

namespace Pipeline.Parquet.Codecs;

/// <summary>Native libraries the codecs call.</summary>
internal static class NativeLibraries
{
    /// <summary>Makes sure that a library can be loaded, before the first call into it fails with less to say.</summary>
    /// <exception cref="DllNotFoundException">It cannot; the message names the package to install.</exception>
    public static void Require(string library, string debianPackage)
    {
        if (!NativeLibrary.TryLoad(library, typeof(NativeLibraries).Assembly, null, out _))
            throw new DllNotFoundException(
                $"{library} is not on this machine; install it (apt-get install {debianPackage}) or choose another codec.");
    }
}
