using System.Globalization;
using System.Runtime.CompilerServices;

namespace TrlSharp.Tests;

/// <summary>
/// All tests run as on a Turkish machine: decimal commas, and an i whose capital is İ. Code that forgets to say which culture it means fails here instead of
/// at a user's. Another culture: TRLSHARP_TEST_CULTURE.
/// </summary>
internal static class ForeignCulture
{
    [ModuleInitializer]
    internal static void Set()
    {
        var culture = CultureInfo.GetCultureInfo(Environment.GetEnvironmentVariable("TRLSHARP_TEST_CULTURE") ?? "tr-TR");
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = culture;
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = culture;
    }
}
