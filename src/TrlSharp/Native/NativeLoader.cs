using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace TrlSharp.Native;

/// <summary>Finds and loads libtorch_cpu and LibTorchSharp, with the fix for an old libstdc++ where it is needed.</summary>
internal static class NativeLoader
{
    private const string NewVersion = "GLIBCXX_3.4.32";

    /// <summary>std::ios_base_library_init(): GCC 13 emits a reference in every file that includes iostream, so that the program needs a new libstdc++.</summary>
    private const string Marker = "_ZSt21ios_base_library_initv";

    public static LoadedLibraries Load() => OperatingSystem.IsLinux() ? LoadOnLinux(SearchFolders()) : LoadAsShipped();

    internal static LoadedLibraries LoadOnLinux(IReadOnlyList<string> folders)
    {
        var shipped = folders.Select(folder => Path.Combine(folder, "libLibTorchSharp.so")).FirstOrDefault(File.Exists)
            ?? throw new NativeLibraryException(Missing("libLibTorchSharp.so", folders));
        // Loaded by name first: the copy of LibTorchSharp then finds them by their names although it lies in another folder.
        Dependency("libc10.so", folders);
        var torch = Dependency("libtorch_cpu.so", folders);
        Dependency("libtorch.so", folders);
        var folder = folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "libtorch_cpu.so")));
        if (TryLoad(shipped, out var handle) is not { } refusal) return new() { Folder = folder, TorchCpu = torch, TorchSharp = handle };
        return LoadWeakened(shipped, refusal) with { Folder = folder, TorchCpu = torch };
    }

    /// <summary>Where .NET itself looks for an application's native libraries: beside the application (published) or in runtimes/RID/native.</summary>
    internal static IReadOnlyList<string> SearchFolders()
    {
        var folders = new List<string>();
        if (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string searched)
            folders.AddRange(searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));
        var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        folders.Add(Path.Combine(AppContext.BaseDirectory, "runtimes", $"linux-{architecture}", "native"));
        folders.Add(AppContext.BaseDirectory);
        return folders;
    }

    private static LoadedLibraries LoadWeakened(string shipped, string refusal)
    {
        var image = File.ReadAllBytes(shipped);
        if (!ElfVersionNeeds.Weaken(image, NewVersion, Marker)) throw new NativeLibraryException($"{shipped} does not load: {refusal}");
        var name = $"libLibTorchSharp-{Convert.ToHexStringLower(SHA256.HashData(image))[..16]}.so";
        var problems = new List<string>();
        var failures = new List<string> { refusal };
        if (LibraryCopy.Place(image, name, LibraryCopy.CacheFolders(), problems) is { } cached)
        {
            if (TryLoad(cached, out var handle) is not { } failure) return Weakened(cached, handle, problems);
            failures.Add(failure);
        }

        if (LoadFromTemporaryFolder(image, name, problems, failures) is { } loaded) return loaded;
        throw new NativeLibraryException(
            $"{shipped} does not load. It wants {NewVersion}, and a copy without that wish does not load either: {string.Join("; ", failures.Concat(problems))}. "
            + "Set XDG_CACHE_HOME to a writable folder from which programs may run, or update libstdc++ (GCC 13 or newer).");
    }

    /// <summary>
    /// For a cache that cannot be written, or lies where nothing may be executed. The folder is readable by this user only and goes at once: a mapped file
    /// lives until it is unmapped.
    /// </summary>
    private static LoadedLibraries? LoadFromTemporaryFolder(byte[] image, string name, List<string> problems, List<string> failures)
    {
        DirectoryInfo? folder = null;
        try
        {
            folder = Directory.CreateTempSubdirectory("trlsharp-");
            if (LibraryCopy.Place(image, name, [folder.FullName], problems) is not { } copy) return null;
            if (TryLoad(copy, out var handle) is not { } failure) return Weakened(copy, handle, problems);
            failures.Add(failure);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{Path.GetTempPath()}: {e.Message}");
        }
        finally
        {
            folder?.Delete(recursive: true);
        }

        return null;
    }

    private static LoadedLibraries Weakened(string path, nint handle, List<string> problems) =>
        new() { Folder = null, TorchCpu = 0, TorchSharp = handle, WeakenedCopy = path, Problems = problems };

    private static nint Dependency(string file, IReadOnlyList<string> folders)
    {
        var path = folders.Select(folder => Path.Combine(folder, file)).FirstOrDefault(File.Exists) ?? file;
        if (TryLoad(path, out var handle) is not { } failure) return handle;
        throw new NativeLibraryException(path == file ? Missing(file, folders) : $"{path} does not load: {failure}");
    }

    private static string Missing(string file, IEnumerable<string> folders) =>
        $"{file} was not found in {string.Join(", ", folders.Distinct(StringComparer.Ordinal))}. Add the package TorchSharp-cpu (or TorchSharp-cuda-linux) to the "
        + $"application; for {RuntimeInformation.RuntimeIdentifier} only linux-x64 has native libraries.";

    /// <summary>Null and a handle, or the system's reason.</summary>
    private static string? TryLoad(string path, out nint handle)
    {
        handle = 0;
        try
        {
            handle = NativeLibrary.Load(path);
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return e.Message.ReplaceLineEndings(" ").Trim();
        }
    }

    /// <summary>Windows and macOS: the shipped files load.</summary>
    private static LoadedLibraries LoadAsShipped()
    {
        var torchSharp = Assembly.Load("TorchSharp");
        if (!NativeLibrary.TryLoad("torch_cpu", torchSharp, null, out var torch) || !NativeLibrary.TryLoad("LibTorchSharp", torchSharp, null, out var handle))
            throw new NativeLibraryException($"libtorch was not found below {AppContext.BaseDirectory}. Add the package TorchSharp-cpu (or TorchSharp-cuda-windows) to the application.");
        return new() { Folder = null, TorchCpu = torch, TorchSharp = handle };
    }
}
