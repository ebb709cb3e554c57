using TrlSharp.Native;

namespace TrlSharp.Tests.Native;

public sealed class ElfVersionNeedsTests
{
    private const string Marker = "_ZSt21ios_base_library_initv";

    private static byte[] Shipped()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The library as shipped for Linux.");
        return File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so"));
    }

    [Fact]
    public void Weakening_changes_one_bit_of_the_shipped_library()
    {
        var shipped = Shipped();
        var image = (byte[])shipped.Clone();
        Assert.True(ElfVersionNeeds.Weaken(image, "GLIBCXX_3.4.32", Marker));
        var changed = Enumerable.Range(0, image.Length).Where(i => image[i] != shipped[i]).ToList();
        Assert.Equal(2, image[Assert.Single(changed)] ^ shipped[changed[0]]);
    }

    [Fact]
    public void A_version_that_is_not_asked_for_changes_nothing()
    {
        var shipped = Shipped();
        var image = (byte[])shipped.Clone();
        Assert.False(ElfVersionNeeds.Weaken(image, "GLIBCXX_9.9.9", Marker));
        Assert.Equal(shipped, image);
    }

    [Fact]
    public void A_version_whose_symbols_are_used_is_refused()
    {
        var image = Shipped();
        Assert.Throws<NativeLibraryException>(() => ElfVersionNeeds.Weaken(image, "GLIBCXX_3.4.21", Marker));
        Assert.Throws<NativeLibraryException>(() => ElfVersionNeeds.Weaken(image, "GLIBCXX_3.4.32", "another_symbol"));
    }

    [Fact]
    public void Damaged_images_are_refused_and_never_crash()
    {
        var shipped = Shipped();
        Assert.Throws<NativeLibraryException>(() => ElfVersionNeeds.Weaken(new byte[100], "GLIBCXX_3.4.32", Marker));
        foreach (var length in new[] { 16, 64, 1000, 100_000, shipped.Length - 100 })
            Assert.Throws<NativeLibraryException>(() => ElfVersionNeeds.Weaken(shipped.AsSpan(0, length).ToArray(), "GLIBCXX_3.4.32", Marker));
    }
}
