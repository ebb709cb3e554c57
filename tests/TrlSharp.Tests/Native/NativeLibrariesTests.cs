using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Native;

public sealed class NativeLibrariesTests
{
    [Fact]
    public void TorchSharp_computes_and_nothing_was_copied_next_to_the_program()
    {
        var loaded = NativeLibraries.EnsureLoaded();
        using var x = ones(3);
        Assert.Equal(3, x.sum().item<float>());
        Assert.NotNull(loaded.Folder);
        Assert.False(Directory.Exists(Path.Combine(AppContext.BaseDirectory, "cpu")));
    }

    [Fact]
    public void A_missing_library_is_named_with_the_folders_that_were_searched()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems load the files as shipped.");
        var error = Assert.Throws<NativeLibraryException>(() => NativeLoader.LoadOnLinux(["/nowhere"]));
        Assert.Contains("/nowhere", error.Message, StringComparison.Ordinal);
        Assert.Contains("TorchSharp-cpu", error.Message, StringComparison.Ordinal);
    }
}
