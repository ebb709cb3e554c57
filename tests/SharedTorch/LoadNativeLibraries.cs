using System.Runtime.CompilerServices;
using TrlSharp.Native;

namespace TrlSharp.Tests;

/// <summary>Test code may touch TorchSharp before any type of TrlSharp: see <see cref="NativeLibraries"/>.</summary>
internal static class LoadNativeLibraries
{
    [ModuleInitializer]
    internal static void Load() => NativeLibraries.EnsureLoaded();
}
