using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace TrlSharp.Native;

/// <summary>
/// Loads libtorch and TorchSharp's native half. TorchSharp 0.107.0 is built against a newer libstdc++ than Debian 12, Ubuntu 22.04 or RHEL 9 have and
/// does not load there as shipped; this class makes it load (see <see cref="LoadedLibraries.WeakenedCopy"/>). Nothing in the packages changes.
/// </summary>
/// <remarks>
/// A module initializer prepares everything as soon as the runtime first enters this assembly, so programs that start with a TrlSharp type need nothing.
/// A program that touches a TorchSharp type <b>first</b> calls <see cref="EnsureLoaded"/> as its first statement (tests: from a module initializer of their
/// own): TorchSharp loads its native half in a static constructor, and when that runs before this assembly is entered, nobody has told it how.
/// </remarks>
public static class NativeLibraries
{
    /// <summary>The name under which TorchSharp's native half is imported.</summary>
    internal const string TorchSharpName = "LibTorchSharp";

    private static readonly Lazy<LoadedLibraries> Loaded = new(NativeLoader.Load, LazyThreadSafetyMode.ExecutionAndPublication);

    /// <summary>Loads the libraries now; later calls cost nothing. Safe from any thread.</summary>
    /// <returns>What was loaded, from where, and how.</returns>
    /// <exception cref="NativeLibraryException">They cannot be loaded; the message names the real cause and what to do.</exception>
    public static LoadedLibraries EnsureLoaded() => Loaded.Value;

    /// <summary>Cheap, and never throws: settings that must precede libtorch, and the hook through which TorchSharp finds its library.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "TorchSharp's static constructors leave no later moment.")]
    internal static void Prepare()
    {
        ProcessSettings.Apply();
        NativeLibrary.SetDllImportResolver(typeof(NativeLibraries).Assembly, (name, _, _) => name switch { Dispatcher.Library => EnsureLoaded().TorchCpu, TorchSharpName => EnsureLoaded().TorchSharp, _ => 0 });
        var context = AssemblyLoadContext.GetLoadContext(typeof(NativeLibraries).Assembly) ?? AssemblyLoadContext.Default;
        // Raised only after the ordinary search for the library, hence the dlopen of the file as shipped, has failed.
        context.ResolvingUnmanagedDll += (_, name) => name == TorchSharpName ? ForTorchSharp() : 0;
    }

    private static nint ForTorchSharp()
    {
        try
        {
            return EnsureLoaded().TorchSharp;
        }
        catch (NativeLibraryException)
        {
            // TorchSharp would now copy 490 MB from the package cache next to the application, and then fail for the same reason as we did.
            // It looks for that cache here; its own exception quotes the message of ours.
            Environment.SetEnvironmentVariable("NUGET_PACKAGES", Path.Combine(AppContext.BaseDirectory, "no-package-cache"));
            throw;
        }
    }
}
