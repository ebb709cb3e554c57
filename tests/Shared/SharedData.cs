namespace TrlSharp.Tests;

/// <summary>The reference material beside the repository (<c>../shared</c>): real data sets and what the real programs answer.</summary>
internal static class SharedData
{
    /// <summary>The repository root: the first folder above the test binary that holds the solution file.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>A path below <c>../shared</c>. Skips the test where the folder is absent; fails it when <c>CI=true</c>.</summary>
    public static string Path(params string[] parts)
    {
        var shared = System.IO.Path.GetFullPath(System.IO.Path.Combine(RepositoryRoot, "..", "shared"));
        if (!Directory.Exists(shared))
        {
            var message = $"{shared} is absent: this test compares with reference material that a user's clone does not have.";
            if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(message);
            Assert.Skip(message);
        }

        return System.IO.Path.Combine([shared, .. parts]);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "TrlSharp.slnx"))) return folder.FullName;
        throw new InvalidOperationException($"TrlSharp.slnx was not found above {AppContext.BaseDirectory}.");
    }
}
