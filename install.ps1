# Installs codex for the current user of Windows, from a release; also removes it again.
#
#   irm RELEASES/latest/download/install.ps1 | iex
#   .\install.ps1 [-Version 0.139.0] [-Prefix DIR] [-Uninstall]
param(
  [string]$Version = '',
  [string]$Prefix = (Join-Path $env:LOCALAPPDATA 'Programs\codex'),
  [switch]$Uninstall
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue' # drawing it makes downloads many times slower

# A release names itself here; CODEX_RELEASES_URL in the environment wins.
$Releases = if ($env:CODEX_RELEASES_URL) { $env:CODEX_RELEASES_URL } else { '@RELEASES_URL@' }
$Target = Join-Path $Prefix 'codex.exe'

function Install-Codex {
  if ($Releases.StartsWith('@')) {
    throw 'This copy of install.ps1 belongs to no release: set CODEX_RELEASES_URL.'
  }
  $processor = switch ($env:PROCESSOR_ARCHITEW6432, $env:PROCESSOR_ARCHITECTURE | Where-Object { $_ } | Select-Object -First 1) {
    'AMD64' { 'x64' }
    'ARM64' { 'arm64' }
    default { throw "There is no release for this processor ($_): x86-64 and 64-bit ARM are supported." }
  }
  $page = if ($Version) { "$Releases/download/v$($Version.TrimStart('v'))" } else { "$Releases/latest/download" }
  $archive = "codex-windows-$processor.zip"
  $folder = Join-Path ([IO.Path]::GetTempPath()) "codex-install-$PID"
  New-Item -ItemType Directory -Force $folder | Out-Null
  try {
    Write-Host "Downloading $archive"
    $zip = Join-Path $folder $archive
    $sums = Join-Path $folder 'SHA256SUMS'
    Invoke-WebRequest -UseBasicParsing "$page/SHA256SUMS" -OutFile $sums
    Invoke-WebRequest -UseBasicParsing "$page/$archive" -OutFile $zip
    $wanted = (Get-Content $sums | Where-Object { $_ -like "*  $archive" }) -replace '\s.*$'
    $found = (Get-FileHash -Algorithm SHA256 $zip).Hash.ToLowerInvariant()
    if (-not $wanted) { throw "$page/SHA256SUMS does not name $archive; nothing was installed." }
    if ($found -ne $wanted) {
      throw "$archive is damaged (SHA-256 is $found and should be $wanted); nothing was installed. Try again."
    }
    Expand-Archive -Force $zip $folder
    $fresh = Join-Path $folder 'codex.exe'
    $installed = & $fresh --version
    if ($LASTEXITCODE -ne 0) { throw 'The executable does not run here; nothing was installed.' }
    Move-IntoPlace $fresh
    Write-Host "Installed $installed as $Target"
  } finally {
    Remove-Item -Recurse -Force $folder
  }
  Add-ToPath
}

# A running executable cannot be overwritten on Windows, but it can be renamed.
function Move-IntoPlace($fresh) {
  New-Item -ItemType Directory -Force $Prefix | Out-Null
  Get-ChildItem $Prefix -Filter '*.codex-old' | Remove-Item -Force -ErrorAction SilentlyContinue
  if (Test-Path $Target) { Move-Item -Force $Target "$Target.$PID.codex-old" }
  Move-Item -Force $fresh $Target
  Get-ChildItem $Prefix -Filter '*.codex-old' | Remove-Item -Force -ErrorAction SilentlyContinue
}

function Add-ToPath {
  $path = [Environment]::GetEnvironmentVariable('Path', 'User')
  if (($path -split ';') -contains $Prefix) { return }
  [Environment]::SetEnvironmentVariable('Path', "$Prefix;$path".TrimEnd(';'), 'User')
  Write-Host "$Prefix was added to your PATH. Open a new terminal, then try: codex demo"
}

function Uninstall-Codex {
  if (-not (Test-Path $Target)) {
    Write-Host "There is no $Target; nothing to remove"
    return
  }
  Remove-Item -Force $Target
  $path = [Environment]::GetEnvironmentVariable('Path', 'User')
  $kept = ($path -split ';' | Where-Object { $_ -and $_ -ne $Prefix }) -join ';'
  [Environment]::SetEnvironmentVariable('Path', $kept, 'User')
  Write-Host "Removed $Target. Settings and sessions in $HOME\.codex were kept."
}

if ($Uninstall) { Uninstall-Codex } else { Install-Codex }
